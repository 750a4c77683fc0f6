/** The whole of `npm run client` on virtual time: transcripts of a person and of a service, and how long they took. */
import { setTimeout as sleep } from "node:timers/promises";
import { rehearse } from "../../examples/client/rehearsed.ts";
import { mulberry32 } from "../../rehearsal/virtual-time/mulberry32.ts";
import { runUntil } from "../../rehearsal/virtual-time/clock.ts";
import { heldRequest } from "../../rehearsal/virtual-time/in-flight.ts";
import { startStage } from "./support.ts";

async function transcript(kind: "person" | "service", stream: boolean): Promise<unknown> {
  const stage = await startStage({ held: heldRequest });
  const begun = Date.now();
  const pieces: string[] = [];
  const surroundings = { now: Date.now, random: mulberry32(7), sleep: (milliseconds: number) => sleep(milliseconds) };
  const running = rehearse({ stage, kind, stream, surroundings, write: (piece) => void pieces.push(piece) });
  let isDone = false;
  const done = (): void => void (isDone = true);
  running.then(done, done);
  await runUntil(() => isDone, 600_000);
  const result = { text: pieces.join(""), unanswered: await running, seconds: (Date.now() - begun) / 1000 };
  await stage.stop();
  return result;
}

const person = await transcript("person", true);
const service = await transcript("service", false);
process.stdout.write(JSON.stringify({ person, service }));
process.exit(0);
