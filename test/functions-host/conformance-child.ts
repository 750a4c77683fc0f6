/** Runs the recorded orchestrators on the local host, in virtual time; prints every turn as one line of JSON. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { collectRegistrations } from "../../rehearsal/functions-host/core-module.ts";
import { startHost } from "../../rehearsal/functions-host/host.ts";
import { now, runUntil } from "../../rehearsal/virtual-time/clock.ts";
import { timedServer } from "../../rehearsal/virtual-time/in-flight.ts";
import { type RecordedTurn, recordTurns } from "./recording.ts";

const turns: RecordedTurn[] = [];
const registrations = recordTurns(await collectRegistrations(() => import("./apps/recorded.ts")), turns);
const historyDirectory = mkdtempSync(join(tmpdir(), "conformance-"));
const host = await startHost({
  registrations,
  hostJson: {},
  port: 0,
  historyDirectory,
  functionKey: "key",
  onServer: timedServer,
});

async function post(path: string, body?: unknown): Promise<number> {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const response = await fetch(`${host.rpcUrl}${path}`, init);
  await response.text();
  return response.status;
}

const starts: readonly (readonly [string, string, unknown])[] = [
  ["small", "small1", { x: 5 }],
  ["loop", "loop1", undefined],
  ["race", "race1", undefined],
  ["sub", "sub1", undefined],
  ["failing", "fail1", undefined],
];
const statuses: unknown[] = [];
for (const [name, instanceId, input] of starts) {
  statuses.push(await post(`orchestrators/${name}/${instanceId}`, input));
}
await runUntil(now() + 10_000);
statuses.push(await post("instances/small1/raiseEvent/go", 37), await post("instances/race1/raiseEvent/go", { v: 2 }));
await runUntil(() => host.instances().every(({ runtimeStatus }) => runtimeStatus !== "Running"), 60_000);
rmSync(historyDirectory, { recursive: true });
process.stdout.write(`${JSON.stringify({ turns, statuses, instances: host.instances(), counts: host.counts })}\n`);
process.exit(0);
