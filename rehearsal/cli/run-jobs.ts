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
const VIRTUAL_TIME = fileURLToPath(new URL("../virtual-time/install.ts", import.meta.url));

export interface Watcher {
  /** One line of a drill's log: JSON with an `event`. */
  onLine(job: number, line: string): void;
  onDone(job: number, done: Done): void;
}

/** Results in the order of the jobs. The first drill that fails ends all of them. `program` is what runs in each process. */
export async function runJobs(jobs: readonly Job[], caFile: string, watcher: Watcher, program = CHILD): Promise<readonly Done[]> {
  const results: Done[] = [];
  const running = new Set<ChildProcess>();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < jobs.length; index = next++) {
      const job = jobs[index];
      if (job === undefined) return;
      const child = startChild(program, caFile);
      running.add(child);
      const done = await runJob(child, job, (line) => watcher.onLine(index, line));
      running.delete(child);
      results[index] = done;
      watcher.onDone(index, done);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(jobs.length, availableParallelism()) }, worker));
  } finally {
    next = jobs.length;
    running.forEach((child) => child.kill());
  }
  return results;
}

type Message = Done | { readonly error: string };

function startChild(program: string, caFile: string): ChildProcess {
  return fork(program, {
    execArgv: ["--import", VIRTUAL_TIME],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: caFile },
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
