/** What the client is rehearsed in, for one test file. */
import { mkdtempSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { makeCertificate, type Certificate } from "../../rehearsal/azure/tls.ts";
import { startClientStage, type ClientStage, type ClientStageOptions } from "../../rehearsal/cli/client-stage.ts";

const ESTATE = "examples/hub-to-hub.estate.json";

/** One for the whole process: clients keep the authorities of their first connection. */
let trusted: Promise<Certificate> | undefined;

async function trustedCertificate(): Promise<Certificate> {
  const certificate = await makeCertificate(mkdtempSync(join(tmpdir(), "client-")));
  setDefaultCACertificates([...getCACertificates("default"), certificate.certificate]);
  return certificate;
}

export async function startStage(options: Pick<ClientStageOptions, "held"> = {}): Promise<ClientStage> {
  const certificate = await (trusted ??= trustedCertificate());
  return startClientStage({ estateText: await readFile(ESTATE, "utf8"), estateFile: ESTATE, certificate, ...options });
}
