/**
 * Instances on disk, one file each, replaced as a whole and at once, so that a process killed at any moment leaves either the old
 * or the new one. Each line carries a checksum: first the instance, then its history event by event.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { HistoryEvent, Parent } from "./history.ts";

export const RUNTIME_STATUSES = ["Pending", "Running", "Completed", "Failed", "Terminated"] as const;
export type RuntimeStatus = (typeof RUNTIME_STATUSES)[number];

export function isEnded(status: RuntimeStatus): boolean {
  return status !== "Pending" && status !== "Running";
}

export interface PendingActivity {
  readonly eventId: number;
  readonly name: string;
  readonly input: unknown;
  /** When a host took it from the queue, in milliseconds since the epoch; absent while it waits there. */
  readonly dequeuedAt?: number;
}

export interface PendingTimer {
  readonly eventId: number;
  readonly fireAt: number;
  readonly createdAt: number;
}

export interface PendingChild {
  readonly eventId: number;
  readonly name: string;
  readonly instanceId: string;
  readonly input: unknown;
}

export interface Instance {
  readonly instanceId: string;
  readonly executionId: string;
  /** Executions of this instance id, and their continuations, before this one. */
  readonly ordinal: number;
  readonly generation: number;
  readonly name: string;
  /** JSON text. */
  readonly input: string;
  readonly parent: Parent | null;
  readonly status: RuntimeStatus;
  readonly customStatus: unknown;
  readonly output: unknown;
  /** When this instance was started, and when its present execution was. */
  readonly startedAt: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Continued as new and not yet run: its next turn sees the history as it is. */
  readonly isContinued: boolean;
  /** Messages that no turn has seen. */
  readonly inbox: readonly HistoryEvent[];
  readonly activities: readonly PendingActivity[];
  readonly timers: readonly PendingTimer[];
  readonly children: readonly PendingChild[];
  readonly history: readonly HistoryEvent[];
}

/** The file of an instance is not what was written. */
class CorruptHistoryError extends Error {
  override readonly name = "CorruptHistoryError";
}

export interface Store {
  /** Every instance id on disk, sorted. */
  ids(): readonly string[];
  /** Throws CorruptHistoryError. */
  load(instanceId: string): Instance | undefined;
  save(instance: Instance): void;
  /** Keeps a corrupt file for inspection, out of the way. */
  setAside(instanceId: string): void;
}

const SUFFIX = ".jsonl";

export function openStore(directory: string): Store {
  mkdirSync(directory, { recursive: true });
  const path = (instanceId: string): string => join(directory, `${encodeURIComponent(instanceId)}${SUFFIX}`);
  return {
    ids: () =>
      readdirSync(directory)
        .filter((name) => name.endsWith(SUFFIX))
        .map((name) => decodeURIComponent(name.slice(0, -SUFFIX.length)))
        .sort(),
    load: (instanceId) => (existsSync(path(instanceId)) ? parse(instanceId, readFileSync(path(instanceId), "utf8")) : undefined),
    save(instance) {
      const text = format(instance);
      writeFileSync(`${path(instance.instanceId)}.new`, text);
      renameSync(`${path(instance.instanceId)}.new`, path(instance.instanceId));
    },
    setAside: (instanceId) => renameSync(path(instanceId), `${path(instanceId)}.corrupt`),
  };
}

function format({ history, ...state }: Instance): string {
  const lines = [{ ...state, events: history.length }, ...history].map((value) => JSON.stringify(value));
  return lines.map((json) => `${checksum(json)} ${json}\n`).join("");
}

function parse(instanceId: string, text: string): Instance {
  const lines = text.split("\n");
  if (lines.pop() !== "") {
    throw corrupt(instanceId, lines.length, "is cut off");
  }
  const values = lines.map((line, index): unknown => {
    const json = line.slice(9);
    if (line.slice(0, 8) !== checksum(json)) {
      throw corrupt(instanceId, index, "does not match its checksum");
    }
    return JSON.parse(json);
  });
  const [state, ...history] = values as [Omit<Instance, "history"> & { events: number }, ...HistoryEvent[]];
  if (state?.events !== history.length) {
    throw corrupt(instanceId, history.length, `is not the last: ${state?.events ?? "an unknown number of"} events were written`);
  }
  const { events: _events, ...instance } = state;
  return { ...instance, history };
}

function corrupt(instanceId: string, line: number, what: string): CorruptHistoryError {
  return new CorruptHistoryError(
    `The history of instance "${instanceId}" is corrupt: ${line === 0 ? "its state" : `event ${line - 1}`} ${what}.`,
  );
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, "0");
}
