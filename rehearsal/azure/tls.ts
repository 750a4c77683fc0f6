/** The certificate of the embedded Azure. A process that calls it is started with NODE_EXTRA_CA_CERTS = `caFile`. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generate } from "selfsigned";

export interface Certificate {
  /** PEM file for NODE_EXTRA_CA_CERTS. */
  readonly caFile: string;
  readonly certificate: string;
  readonly privateKey: string;
}

const CERTIFICATE_FILE = "embedded-azure.pem";
const KEY_FILE = "embedded-azure.key";

/** OpenSSL verifies against the machine's real clock even where `Date` is replaced, so the validity spans real and virtual time. */
const NOT_BEFORE = new Date("2020-01-01T00:00:00Z");
const NOT_AFTER = new Date("2049-12-31T00:00:00Z");

/** Makes a self-signed certificate for the loopback and writes it to the folder. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const made = await generate([{ name: "commonName", value: "embedded Azure" }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: NOT_BEFORE,
    notAfterDate: NOT_AFTER,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 7, ip: "127.0.0.1" },
          { type: 2, value: "localhost" },
        ],
      },
    ],
  });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, CERTIFICATE_FILE), made.cert);
  await writeFile(join(folder, KEY_FILE), made.private, { mode: 0o600 });
  return readCertificate(folder);
}

/** What an earlier `makeCertificate` wrote, for the process that serves. */
export async function readCertificate(folder: string): Promise<Certificate> {
  const caFile = join(folder, CERTIFICATE_FILE);
  return { caFile, certificate: await readFile(caFile, "utf8"), privateKey: await readFile(join(folder, KEY_FILE), "utf8") };
}
