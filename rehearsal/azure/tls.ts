/** The certificates of the embedded Azure. A process that calls it is started with NODE_EXTRA_CA_CERTS = `caFile`. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSecureContext, type SecureContextOptions, type TlsOptions } from "node:tls";
import { generate } from "selfsigned";
import { NAMES_DOMAIN } from "./names.ts";

interface Pair {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface Certificate extends Pair {
  /** PEM file for NODE_EXTRA_CA_CERTS. */
  readonly caFile: string;
  /** Of the same authority, but past its end: how certificates fail most often. */
  readonly expired: Pair;
}

const FILES = {
  good: ["embedded-azure.pem", "embedded-azure.key"],
  expired: ["embedded-azure-expired.pem", "embedded-azure-expired.key"],
} as const;

/** OpenSSL verifies against the machine's real clock even where `Date` is replaced, so the validity spans real and virtual time. */
const NOT_BEFORE = new Date("2020-01-01T00:00:00Z");
const NOT_AFTER = new Date("2049-12-31T00:00:00Z");
const EXPIRED_AFTER = new Date("2021-01-01T00:00:00Z");

/** Makes a self-signed certificate for the loopback and the rehearsed names, and an expired one that it signs, and writes them to the folder. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const good = await make("embedded Azure", NOT_AFTER);
  const expired = await make("embedded Azure, expired", EXPIRED_AFTER, good);
  await mkdir(folder, { recursive: true });
  await Promise.all([writePair(folder, FILES.good, good), writePair(folder, FILES.expired, expired)]);
  return readCertificate(folder);
}

async function make(commonName: string, notAfterDate: Date, issuer?: Pair): Promise<Pair> {
  const made = await generate([{ name: "commonName", value: commonName }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: NOT_BEFORE,
    notAfterDate,
    extensions: [
      { name: "basicConstraints", cA: issuer === undefined, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: issuer === undefined, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 7, ip: "127.0.0.1" },
          { type: 2, value: "localhost" },
          { type: 2, value: `*.${NAMES_DOMAIN}` },
        ],
      },
    ],
    ...(issuer ? { ca: { key: issuer.privateKey, cert: issuer.certificate } } : {}),
  });
  return { certificate: made.cert, privateKey: made.private };
}

async function writePair(folder: string, [certificateFile, keyFile]: readonly [string, string], pair: Pair): Promise<void> {
  await writeFile(join(folder, certificateFile), pair.certificate);
  await writeFile(join(folder, keyFile), pair.privateKey, { mode: 0o600 });
}

async function readPair(folder: string, [certificateFile, keyFile]: readonly [string, string]): Promise<Pair> {
  return {
    certificate: await readFile(join(folder, certificateFile), "utf8"),
    privateKey: await readFile(join(folder, keyFile), "utf8"),
  };
}

/** What an earlier `makeCertificate` wrote, for the process that serves. */
export async function readCertificate(folder: string): Promise<Certificate> {
  const [good, expired] = await Promise.all([readPair(folder, FILES.good), readPair(folder, FILES.expired)]);
  return { caFile: join(folder, FILES.good[0]), ...good, expired };
}

/** `isBroken` says, at every handshake, whether the certificate of that name is out of order. */
export function tlsOptions(certificate: Certificate, isBroken: (name: string) => boolean): TlsOptions {
  const options = ({ certificate: cert, privateKey: key }: Pair): SecureContextOptions => ({ cert, key });
  const good = createSecureContext(options(certificate));
  const expired = createSecureContext(options(certificate.expired));
  return { ...options(certificate), SNICallback: (name, done) => done(null, isBroken(name) ? expired : good) };
}
