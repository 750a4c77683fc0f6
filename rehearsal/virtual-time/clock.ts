/**
 * Virtual time: the global Date, timers and `AbortSignal.timeout` of this process run on a clock that jumps from timer to timer.
 * It moves only while nothing is runnable, no HTTP request is on the wire and no file is being read or written. `performance` and `process.hrtime` stay real.
 */
import { install } from "@sinonjs/fake-timers";
import { syncBuiltinESMExports } from "node:module";
import { noteTurn, requestsOnTheWire, watchRequests } from "./in-flight.ts";

/** Where every drill begins. Fixed, so that equal drills give equal instants. */
export const EPOCH = Date.parse("2026-01-05T00:00:00Z");

/** Turns of the event loop that must pass with nothing on the wire: the longest chain of I/O callbacks between two requests is two. */
const QUIET_TURNS = 3;
/** After so many turns with a request on the wire the loop sleeps a millisecond a turn, to leave the CPU to whom it waits for. */
const BUSY_TURNS = 200;
/** Real time without a quiet moment after which the drill fails. */
const STUCK_MILLISECONDS = 30_000;

const realSetImmediate = setImmediate;
const realSetTimeout = setTimeout;
type InstalledClock = ReturnType<typeof install>;
let clock: InstalledClock | undefined;

/** Call once, before anything else of the process is imported. */
export function installVirtualTime(): void {
  if (Number.parseInt(process.versions.node) < 24) {
    throw new Error(`Virtual time needs Node 24 or newer, whose diagnostics channels announce every request; this is ${process.version}.`);
  }
  watchRequests();
  clock = install({
    now: EPOCH,
    toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"],
    shouldClearNativeTimers: true,
  });
  syncBuiltinESMExports();
  AbortSignal.timeout = abortAfter;
}

/** The native one runs on a timer inside Node that cannot be replaced. */
function abortAfter(milliseconds: number): AbortSignal {
  if (!(milliseconds >= 0 && milliseconds <= Number.MAX_SAFE_INTEGER)) {
    throw new RangeError(`AbortSignal.timeout needs milliseconds from 0 to ${Number.MAX_SAFE_INTEGER}, not ${milliseconds}.`);
  }
  const controller = new AbortController();
  setTimeout(() => controller.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError")), milliseconds);
  return controller.signal;
}

/** Milliseconds since the Unix epoch, on the virtual clock. */
export function now(): number {
  return installed().now;
}

/**
 * Lets virtual time pass until an instant, or until the predicate holds; it is asked whenever the process is quiet.
 * Fails when the predicate does not hold within `limitMilliseconds` of virtual time or when nothing is left that could make it hold.
 */
export async function runUntil(until: number | (() => boolean), limitMilliseconds = 86_400_000): Promise<void> {
  const timers = installed();
  const deadline = typeof until === "number" ? until : timers.now + limitMilliseconds;
  let isDue = deadline <= timers.now;
  const alarm = timers.setTimeout(() => {
    isDue = true;
  }, deadline - timers.now);
  try {
    await settle();
    while (!isReached(until, isDue)) {
      if (typeof until === "function" && (isDue || timers.countTimers() === 1)) {
        throw new Error(`Virtual time: ${isDue ? "the limit passed" : "nothing is left to run"} and the awaited state has not come.`);
      }
      timers.next();
      await settle();
    }
  } finally {
    timers.clearTimeout(alarm);
  }
}

function isReached(until: number | (() => boolean), isDue: boolean): boolean {
  return typeof until === "function" ? until() : isDue;
}

/** Waits, in real time, until nothing is runnable and nothing is on the wire. */
async function settle(): Promise<void> {
  const begun = performance.now();
  let busy = 0;
  for (let quiet = 0; quiet < QUIET_TURNS; quiet = isBusy() ? 0 : quiet + 1) {
    await new Promise<void>((done) => void (busy > BUSY_TURNS ? realSetTimeout(done, 1) : realSetImmediate(done)));
    noteTurn();
    busy += 1;
    if (performance.now() - begun > STUCK_MILLISECONDS) {
      throw new Error(`Virtual time: no quiet moment in ${STUCK_MILLISECONDS} ms; on the wire: ${requestsOnTheWire().join(", ")}.`);
    }
  }
}

/** Requests, and file and name look-ups on Node's thread pool. Not seen: asynchronous zlib and crypto, child processes, bare sockets. */
function isBusy(): boolean {
  return requestsOnTheWire().length > 0 || process.getActiveResourcesInfo().some((name) => /^(?:FSReq|CloseReq|GetAddrInfoReq)/.test(name));
}

function installed(): InstalledClock {
  if (clock === undefined) {
    throw new Error("Virtual time is not installed: start Node with --import ./rehearsal/virtual-time/install.ts.");
  }
  return clock;
}
