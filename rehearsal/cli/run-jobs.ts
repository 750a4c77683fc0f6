/** Runs drills side by side over the cores, each in a process of its own, on virtual time. */
import { fork, type ChildProcess } from "node:child_process";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Job } from "../drill/job.ts";
import type { DrillResult } from "../drill/result.ts";

export interface Done {
  readonly result: DrillResult;
  readonly peakMegabytes: number;
}

const CHILD = fileURLToPath(new URL("../drill/child.ts", import.meta.url));
const COMPILED = fileURLToPath(new URL("../../node_modules/.cache/compiled", import.meta.url));
const VIRTUAL_TIME = fileURLToPath(new URL("../virtual-time/install.ts", import.meta.url));

export interface Watcher {
  /** One line of a drill's log: JSON with an `event`. */
  onLine(job: number, line: string): void;
  onDone(job: number, done: Done): void;
}

/** Results in the order of the jobs. The first drill that fails ends all of them. `program` is what runs in each process. */
export async function runJobs(jobs: readonly Job[], caFile: string, watcher: Watcher, program = CHILD): Promise<readonly Done[]> {
  const running = new Set<ChildProcess>();
  try {
    return await overCores(jobs, async (job, index) => {
      const child = startChild(program, caFile);
      running.add(child);
      const done = await runJob(child, job, (line) => watcher.onLine(index, line));
      running.delete(child);
      watcher.onDone(index, done);
      return done;
    });
  } finally {
    running.forEach((child) => child.kill());
  }
}

/** What came of a drill that nothing else depends on. */
export type Attempt = Done | { readonly failure: string };

/** A drill takes seconds: one that takes this long hangs. */
const ATTEMPT_MILLISECONDS = 300_000;

/** One drill. That it fails, or hangs, is its result. */
export async function attemptJob(job: Job, caFile: string, program = CHILD): Promise<Attempt> {
  const child = startChild(program, caFile);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, ATTEMPT_MILLISECONDS);
  try {
    return await runJob(child, job, () => undefined);
  } catch (error) {
    if (isLate) return { failure: `${job.key}: not done after ${ATTEMPT_MILLISECONDS / 1000} s` };
    return { failure: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Results in the order of the items; as many tasks at a time as there are cores. After the first that fails no other is begun. */
export async function overCores<T, R>(items: readonly T[], task: (item: T, index: number) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      // The bound was just checked; an item may itself be undefined.
      results[index] = await task(items[index] as T, index);
    }
  };
  const stopped = (): void => void (next = items.length);
  await Promise.all(Array.from({ length: Math.min(items.length, availableParallelism()) }, () => worker().finally(stopped)));
  return results;
}

type Message = Done | { readonly error: string };

function startChild(program: string, caFile: string): ChildProcess {
  return fork(program, {
    execArgv: ["--import", VIRTUAL_TIME],
    // Every drill loads the same modules: compiled once, they load in two thirds of the time.
    env: { NODE_COMPILE_CACHE: COMPILED, ...process.env, NODE_EXTRA_CA_CERTS: caFile },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
}

function runJob(child: ChildProcess, job: Job, onLine: (line: string) => void): Promise<Done> {
  const complaints: string[] = [];
  if (child.stdout !== null) createInterface(child.stdout).on("line", onLine);
  if (child.stderr !== null) createInterface(child.stderr).on("line", (line) => complaints.push(line));
  child.send(job);
  return new Promise((resolve, reject) => {
    let answer: Message | undefined;
    child.on("message", (message: Message) => {
      answer = message;
    });
    child.once("exit", (code) => {
      if (answer !== undefined && "result" in answer) return resolve(answer);
      const why = answer === undefined ? `ended with ${code}` : answer.error;
      reject(new Error(`${job.key}: ${why}\n${complaints.slice(-10).join("\n")}`));
    });
  });
}
