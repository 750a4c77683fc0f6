/** Series of metrics as minutes and hours of one deployment. */
import type { TrafficMinute } from "../../ports.ts";
import { groupBy } from "../collections.ts";
import type { MetricNames } from "./metric-names.ts";
import type { Series } from "./metric-source.ts";

export const MINUTE_MILLISECONDS = 60_000;
export const HOUR_MILLISECONDS = 3_600_000;

export type Readings = Readonly<Record<keyof MetricNames, readonly Series[]>>;

export function minutesOf(readings: Readings, deployment: string, from: Date, to: Date): TrafficMinute[] {
  const bins = (key: keyof MetricNames): Bins => binsOf(readings[key], deployment, MINUTE_MILLISECONDS);
  const [requests, tokens, latency, utilisation] = [bins("requests"), bins("tokens"), bins("latency"), bins("utilisation")];
  return starts(from, to, MINUTE_MILLISECONDS).map((at) => ({
    at: new Date(at).toISOString(),
    tokens: sumOf(tokens.get(at)),
    answered: sumOf(requests.get(at), (status) => status >= 200 && status < 300),
    serverErrors: sumOf(requests.get(at), (status) => status >= 500),
    throttled: sumOf(requests.get(at), (status) => status === 429),
    latencyMilliseconds: latency.get(at)?.[0]?.value ?? null,
    utilisationPercent: utilisation.get(at)?.[0]?.value ?? null,
  }));
}

export function hoursOf(series: readonly Series[], deployment: string, from: Date, to: Date): { at: string; tokens: number | null }[] {
  const tokens = binsOf(series, deployment, HOUR_MILLISECONDS);
  return starts(from, to, HOUR_MILLISECONDS).map((at) => ({ at: new Date(at).toISOString(), tokens: sumOf(tokens.get(at)) }));
}

export function floorTo(milliseconds: number, step: number): number {
  return Math.floor(milliseconds / step) * step;
}

type Bin = readonly { readonly status: string; readonly value: number }[];
type Bins = ReadonlyMap<number, Bin>;

function binsOf(series: readonly Series[], deployment: string, step: number): Bins {
  const own = series.filter((one) => one.deployment === deployment);
  const points = own.flatMap(({ status, points }) => points.map(({ at, value }) => ({ at: floorTo(at, step), status, value })));
  return groupBy(points, ({ at }) => at);
}

/** A status without a point in a minute in which others have one was not seen: that is zero, not unknown. */
function sumOf(bin: Bin | undefined, wanted?: (status: number) => boolean): number | null {
  if (bin === undefined) return null;
  return bin.reduce((sum, { status, value }) => (wanted === undefined || wanted(Number(status)) ? sum + value : sum), 0);
}

function starts(from: Date, to: Date, step: number): number[] {
  const first = floorTo(from.getTime(), step);
  return Array.from({ length: Math.max(0, Math.ceil((to.getTime() - first) / step)) }, (_, index) => first + index * step);
}
