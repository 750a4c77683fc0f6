/** What drills share: a certificate, a table service, and a folder that is gone when the command ends. */
import { join } from "node:path";
import { makeCertificate } from "../azure/tls.ts";
import type { Job } from "../drill/job.ts";
import { temporaryFolder } from "./command.ts";
import type { Inputs } from "./inputs.ts";
import { startTableService } from "./table-service.ts";

export type JobContent = Omit<Job, "certificateFolder" | "storageConnection" | "workFolder">;

export interface Stage {
  readonly caFile: string;
  job(content: JobContent): Job;
}

export async function onStage<T>(act: (stage: Stage) => Promise<T>): Promise<T> {
  const folder = await temporaryFolder("foundry-failover-");
  const certificateFolder = join(folder, "certificate");
  const [certificate, tables] = await Promise.all([makeCertificate(certificateFolder), startTableService()]);
  const common = { certificateFolder, storageConnection: tables.connection, workFolder: join(folder, "history") };
  try {
    return await act({ caFile: certificate.caFile, job: (content) => ({ ...content, ...common }) });
  } finally {
    tables.stop();
  }
}

/** The scenario's own seed unless another is wanted. */
export function withSeed(inputs: Inputs, seed: number | undefined): Inputs {
  return seed === undefined ? inputs : { ...inputs, scenario: { ...inputs.scenario, seed } };
}
