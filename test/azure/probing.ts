/** A probe against a stub of whatever it asks. */
import { createWorkloadProbe } from "../../src/azure/foundry/probe.ts";
import type { WorkloadProbe } from "../../src/ports.ts";
import { staticCredential, type RecordingCredential } from "../support/credential.ts";
import { estate, steppingClock } from "./fixtures.ts";
import { startStub, type Reply, type Seen, type Stub } from "./stub.ts";

export const COMPLETION = { choices: [{ index: 0, finish_reason: "length", message: { role: "assistant", content: "p" } }] };

interface Probing extends AsyncDisposable {
  readonly stub: Stub;
  readonly credential: RecordingCredential;
  readonly probe: WorkloadProbe;
}

export async function setUp(answer: (request: Seen, count: number) => Reply, credential = staticCredential()): Promise<Probing> {
  const stub = await startStub(answer);
  const probe = createWorkloadProbe(estate(stub.url), credential, steppingClock());
  return { stub, credential, probe, [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose]() };
}
