/** A probe round of the activities over 1,000 targets: how long it takes, and what it holds in memory and in its row. */
import { performance } from "node:perf_hooks";
import { runRound } from "../src/activities/evaluate.ts";
import { benchDeps, NO_STARTER } from "./deps.ts";
import { largeEstate } from "./estate.ts";

export interface MeasuredRound {
  readonly milliseconds: number;
  /** User time of the process. */
  readonly cpuMilliseconds: number;
  /** The most that was seen during the round. */
  readonly heapMegabytes: number;
  readonly rssMegabytes: number;
  readonly watchCharacters: number;
}

export interface MeasuredRounds {
  readonly targets: number;
  /** The process's (RSS) with the estate read and no round begun. */
  readonly restMegabytes: number;
  readonly silent: number;
  readonly burstSeconds: number;
  readonly deadlineSeconds: number;
  /** The silent targets' burst is in it. */
  readonly first: MeasuredRound;
  /** They are known to fail. */
  readonly later: MeasuredRound;
  /** Every target at once goes silent, after being well. */
  readonly allSilent: MeasuredRound;
}

export async function measureRounds(): Promise<MeasuredRounds> {
  const estate = largeEstate();
  // What reading the estate's file left behind is not the rounds'.
  globalThis.gc?.();
  const restMegabytes = process.memoryUsage().rss / 2 ** 20;
  const { burstProbes, burstSpacingSeconds, probeDeadlineSeconds } = estate.detection;
  const all = [...estate.deployments, ...estate.gateways].map(({ id }) => id);
  const silent = new Set(all.filter((_, index) => index % 50 === 0));
  const deps = benchDeps(estate, silent);
  const round = async (of = deps): Promise<MeasuredRound> => {
    const stop = watchMemory();
    const [begun, before] = [performance.now(), process.cpuUsage()];
    await runRound(of, NO_STARTER);
    const milliseconds = performance.now() - begun;
    const cpuMilliseconds = process.cpuUsage(before).user / 1000;
    return { milliseconds, cpuMilliseconds, ...stop(), watchCharacters: of.state.size("watch") };
  };
  const first = await round();
  const later = await round();
  const allSilent = await round({ ...benchDeps(estate, new Set(all)), state: deps.state });
  return {
    targets: all.length,
    restMegabytes,
    silent: silent.size,
    deadlineSeconds: probeDeadlineSeconds,
    burstSeconds: (burstProbes - 1) * burstSpacingSeconds + probeDeadlineSeconds,
    first,
    later,
    allSilent,
  };
}

const SAMPLE_MILLISECONDS = 10;

function watchMemory(): () => Pick<MeasuredRound, "heapMegabytes" | "rssMegabytes"> {
  let [heap, rss] = [0, 0];
  const look = (): void => {
    const usage = process.memoryUsage();
    heap = Math.max(heap, usage.heapUsed);
    rss = Math.max(rss, usage.rss);
  };
  const timer = setInterval(look, SAMPLE_MILLISECONDS);
  return () => {
    look();
    clearInterval(timer);
    return { heapMegabytes: heap / 2 ** 20, rssMegabytes: rss / 2 ** 20 };
  };
}
