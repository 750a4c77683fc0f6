/** The plots' data: plain numbers, drawn by client.js. Everything a reader is told of a plot is computed here. */
import type { Bin, DrillResult, PoolShare } from "../drill/result.ts";
import { clock, count, faultWords, percent } from "./format.ts";
import { type PolicyGroup, leading, resultOf } from "./groups.ts";
import { type Region, regionShown, shownRegions } from "./regions.ts";

export interface Series {
  readonly label: string;
  /** `on` and `off`, or the place in the palette of regions. */
  readonly color: "on" | "off" | number;
  readonly values: readonly (number | null)[];
}

export interface Chart {
  readonly title: string;
  /** The plot in words, for those who don't see it. */
  readonly summary: string;
  readonly unit: "requests" | "share";
  /** Whether the markers of the run belong in it. */
  readonly isMarked: boolean;
  /** Seconds since the drill's start; each value holds until the next. */
  readonly x: readonly number[];
  readonly max: number;
  readonly series: readonly Series[];
}

export interface Marker {
  readonly at: number;
  readonly label: string;
}

export interface Span {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

export interface Plots {
  readonly key: string;
  readonly endsAt: number;
  readonly faults: readonly Span[];
  readonly markers: readonly Marker[];
  readonly charts: readonly Chart[];
}

export function plotsOf(group: PolicyGroup): Plots {
  const lead = leading(group);
  const shown = [...new Set([lead, resultOf(group, "off")])].filter((side) => side !== undefined);
  const endsAt = Math.max(0, ...shown.map(endOf));
  const regions = shownRegions(shown);
  const max = Math.max(
    1,
    ...shown.flatMap(({ bins }) => bins.flatMap((bin) => regions.map((region) => regionShown(bin.answeredBy, region)))),
  );
  return {
    key: group.key,
    endsAt,
    faults: (lead?.faults ?? []).map((fault) => ({ from: fault.startsSeconds, to: fault.endsSeconds, label: faultWords(fault) })),
    markers: markersOf(lead?.faults ?? []),
    charts: [
      ...lostChart(shown, endsAt),
      ...shown.map((result) => answeredChart(result, regions, max)),
      ...(lead === undefined ? [] : sharesChart(lead, regions, endsAt)),
    ],
  };
}

/** A drill that waits for rest goes on after its last request; of that only what still changes is shown, and a minute for the eye. */
function endOf({ bins, binSeconds, poolShares }: DrillResult): number {
  return Math.max((bins.at(-1)?.at ?? 0) + binSeconds, (poolShares.at(-1)?.at ?? 0) + 60);
}

/** Faults of one region share their detection and restore; what differs is told by its fault. In order of time. */
function markersOf(faults: DrillResult["faults"]): readonly Marker[] {
  const all = faults.flatMap((fault) => instantsOf(fault).map(({ at, label }) => ({ at, label, fault: faultWords(fault) })));
  const once = all.filter(({ at, label }, index) => all.findIndex((other) => other.at === at && other.label === label) === index);
  const isAlone = (label: string): boolean => once.filter((other) => other.label === label).length === 1;
  return once
    .map(({ at, label, fault }) => ({ at, label: isAlone(label) ? label : `${label} (${fault})` }))
    .toSorted((first, second) => first.at - second.at);
}

function instantsOf(fault: DrillResult["faults"][number]): readonly Marker[] {
  const marker = (label: string, from: number, after: number | null): readonly Marker[] =>
    after === null ? [] : [{ at: from + after, label }];
  return [
    ...marker("detect", fault.startsSeconds, fault.timeToDetectSeconds),
    ...marker("effective", fault.startsSeconds, fault.timeToEvacuationEffectiveSeconds),
    ...marker("relief", fault.startsSeconds, fault.timeToReliefSeconds),
    ...marker("restore", fault.endsSeconds, fault.timeToRestoreSeconds),
    ...marker("restore edge", fault.endsSeconds, fault.timeToRestoreEdgeSeconds),
  ];
}

/** The last value is repeated at the end of its bin, so that its step is drawn. */
function closed<T>(bins: readonly Bin[], value: (bin: Bin) => T): readonly T[] {
  return [...bins, ...bins.slice(-1)].map(value);
}

function timesOf({ bins, binSeconds }: DrillResult): readonly number[] {
  return [...bins.map((bin) => bin.at), ...bins.slice(-1).map((bin) => bin.at + binSeconds)];
}

function lostChart(shown: readonly DrillResult[], endsAt: number): readonly Chart[] {
  const longest = shown.toSorted((a, b) => b.bins.length - a.bins.length)[0];
  if (longest === undefined) return [];
  const x = timesOf(longest);
  const series = shown.map((result): Series => {
    const values = closed(result.bins, (bin) => bin.lost);
    const { automation } = result.mode;
    return {
      label: `automation ${automation}`,
      color: automation === "off" ? "off" : "on",
      values: x.map((_, index) => values[index] ?? null),
    };
  });
  const told = shown.map(({ mode, bins, summary }) => {
    const peak = bins.toSorted((a, b) => b.lost - a.lost)[0];
    const most = peak === undefined || peak.lost === 0 ? "" : `, at most ${count(peak.lost)} at ${clock(peak.at)}`;
    return `automation ${mode.automation}: ${count(summary.lost)} lost${most}`;
  });
  const max = Math.max(1, ...shown.flatMap(({ bins }) => bins.map((bin) => bin.lost)));
  const title = `Lost requests per ${longest.binSeconds} s`;
  return [
    { title, summary: `${title} over ${clock(endsAt)} minutes. ${told.join("; ")}.`, unit: "requests", isMarked: true, x, max, series },
  ];
}

function answeredChart(result: DrillResult, regions: readonly Region[], max: number): Chart {
  const series = regions.map((region, color): Series => {
    return { label: region.name, color, values: closed(result.bins, (bin) => regionShown(bin.answeredBy, region)) };
  });
  const title = `Requests answered per ${result.binSeconds} s by region, automation ${result.mode.automation}`;
  const total = (region: Region): number => result.bins.reduce((sum, bin) => sum + regionShown(bin.answeredBy, region), 0);
  const told = regions.map((region) => `${region.name} ${count(total(region))} in all`);
  return {
    title,
    summary: `${title}: ${told.join(", ")}.`,
    unit: "requests",
    isMarked: result.mode.automation !== "off",
    x: timesOf(result),
    max,
    series,
  };
}

/** The pool that the run moves most: in a mesh of gateways that is the failing region's own. */
function sharesChart(result: DrillResult, regions: readonly Region[], endsAt: number): readonly Chart[] {
  const pools = [...new Set(result.poolShares.map((share) => share.pool))].map((pool) => stepsOf(result.poolShares, pool));
  const most = pools.toSorted((a, b) => movement(b) - movement(a))[0];
  const last = most?.at(-1);
  if (most === undefined || last === undefined) return [];
  const steps = [...most, ...(last.at < endsAt ? [{ ...last, at: endsAt }] : [])];
  const series = regions.map((region, color): Series => {
    return { label: region.name, color, values: steps.map(({ shares }) => regionShown(shares, region)) };
  });
  const title = `Share per region in pool ${last.pool}, as ARM holds it, automation ${result.mode.automation}`;
  const told = most.map(
    ({ at, shares }) => `${clock(at)} ${regions.map((region) => `${region.name} ${percent(regionShown(shares, region))}`).join(", ")}`,
  );
  return [
    {
      title,
      summary: `${title}. From ${told.join("; from ")}.`,
      unit: "share",
      isMarked: true,
      x: steps.map(({ at }) => at),
      max: 1,
      series,
    },
  ];
}

/** Of several writes at one instant the last one holds. */
function stepsOf(all: readonly PoolShare[], pool: string): readonly PoolShare[] {
  return all.filter((share) => share.pool === pool).filter((share, index, own) => own[index + 1]?.at !== share.at);
}

function movement(steps: readonly PoolShare[]): number {
  const first = steps[0]?.shares ?? {};
  const distances = steps.map(({ shares }) =>
    Object.keys(shares).reduce((sum, region) => sum + Math.abs((shares[region] ?? 0) - (first[region] ?? 0)), 0),
  );
  return Math.max(0, ...distances);
}
