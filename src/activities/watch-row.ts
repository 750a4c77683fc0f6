/** How the watch lies in its row: numbers as text, instants as distances from the round, and no text longer than fits. */
import type { Estate } from "../domain/estate.ts";
import { ERROR_CLASSES, type Observation, type Outcome, type Sample, type TargetKind } from "../domain/observation.ts";
import type { Symptom, Verdict, VerdictState } from "../domain/verdict.ts";
import { codeOf, nameOf, packRows, unpackRows, type Field } from "./packed.ts";
import { EMPTY_WATCH, type Watch } from "./watch.ts";

const OUTCOMES = ["ok", "throttled", "failed", "misconfigured", "unmeasured"] as const satisfies readonly Outcome[];
const STATES = ["healthy", "pressured", "failing", "misconfigured", "inconclusive"] as const satisfies readonly VerdictState[];

interface TargetRow {
  /** Observations, witnesses, samples: see the packers below. */
  readonly o?: string;
  readonly w?: string;
  readonly s?: string;
  /** The last detail of each outcome, by its code. */
  readonly d?: Readonly<Record<string, string>>;
  readonly v?: readonly [state: number, since: string, reason: string, symptom?: Symptom | null, still?: Still];
  /** Limiter: limit, used, milliseconds before the round. */
  readonly l?: string;
  /** Spent requests and tokens. */
  readonly p?: string;
}

/** What is to be said beside the state: of a failing one, and of a healthy one. */
type Still = "lingers" | "wavers";

export interface WatchRow extends Pick<Watch, "spentOn" | "skipped" | "confirmed" | "ended" | "roundAt"> {
  /** Absent in a row of an older version. */
  readonly reserved?: Watch["reserved"];
  readonly targets: Readonly<Record<string, TargetRow>>;
}

/** In characters; the store refuses more than 460,800 (900 KB of UTF-16), and makes six of each that is not ASCII. */
const MOST_CHARACTERS = 440_000;
/** Most characters of a reason; of a detail half of it. */
const TEXT_LENGTHS = [400, 200, 100, 50, 0];

/** With texts as long as fit: of a large estate where everything fails they would outgrow the row. */
export function packWatch(estate: Estate, watch: Watch): WatchRow {
  for (const length of TEXT_LENGTHS) {
    const row = packWith(estate, watch, length);
    if (length === 0 || JSON.stringify(row).replace(/[^\0-~]/g, "______").length <= MOST_CHARACTERS) return row;
  }
  throw new Error("unreachable: the last length is always taken");
}

function packWith(estate: Estate, watch: Watch, textLength: number): WatchRow {
  const { spentOn, skipped, confirmed, ended, reserved, roundAt } = watch;
  const base = Date.parse(roundAt ?? "") || 0;
  const gateways = estate.gateways.map((gateway) => gateway.id);
  const targets = Object.fromEntries(targetIds(watch).map((id) => [id, packTarget(gateways, watch, id, base, textLength)]));
  const reasons = Object.fromEntries(Object.entries(skipped).map(([id, reason]) => [id, reason.slice(0, textLength)]));
  return { targets, spentOn, skipped: reasons, confirmed, ended, reserved, roundAt };
}

function targetIds(watch: Watch): readonly string[] {
  return [...new Set([...Object.keys(watch.verdicts), ...Object.keys(watch.observations), ...Object.keys(watch.spent)])];
}

function packTarget(gateways: readonly string[], watch: Watch, id: string, base: number, textLength: number): TargetRow {
  const own = watch.observations[id] ?? [];
  const witnesses = watch.witnesses[id] ?? [];
  const samples = watch.samples[id] ?? [];
  const verdict = watch.verdicts[id];
  const limiter = watch.limiter[id];
  const spent = watch.spent[id];
  const details = Object.fromEntries(
    own.flatMap(({ outcome, detail }) =>
      detail === "" || textLength === 0 ? [] : [[OUTCOMES.indexOf(outcome), detail.slice(0, textLength / 2)]],
    ),
  );
  return {
    ...(own.length === 0 ? {} : { o: packRows(own.map((o) => packObservation(o, base, gateways))), d: details }),
    ...(witnesses.length === 0 ? {} : { w: packRows(witnesses.map((o) => packObservation(o, base, gateways))) }),
    ...(samples.length === 0 ? {} : { s: packRows(samples.map((sample) => packSample(sample, base))) }),
    ...(verdict === undefined ? {} : { v: packVerdict(verdict, textLength) }),
    ...(limiter === undefined ? {} : { l: packRows([[limiter.limit, limiter.used, base - Date.parse(limiter.at)]]) }),
    ...(spent === undefined ? {} : { p: packRows([[spent.requests, spent.tokens]]) }),
  };
}

function packVerdict({ state, since, reason, symptom, lingers, wavers }: Verdict, textLength: number): NonNullable<TargetRow["v"]> {
  const text = textLength === 0 ? "" : reason.slice(0, textLength);
  const start = [STATES.indexOf(state), since, text] as const;
  const still = lingers === true ? "lingers" : wavers === true ? "wavers" : null;
  return still !== null ? [...start, symptom, still] : symptom === null ? start : [...start, symptom];
}

function packObservation(o: Observation, base: number, gateways: readonly string[]): readonly Field[] {
  return [
    base - Date.parse(o.at),
    codeOf(OUTCOMES, o.outcome),
    o.latencyMilliseconds,
    o.statusCode ?? null,
    codeOf(ERROR_CLASSES, o.errorClass),
    codeOf(gateways, o.via),
    o.limitTokens ?? null,
    o.remainingTokens ?? null,
  ];
}

function packSample(s: Sample, base: number): readonly Field[] {
  // Zeros are left out: most minutes have nothing but requests.
  const orNull = (count: number): Field => (count === 0 ? null : count);
  const minutesAgo = Math.floor(base / MINUTE) - Math.floor(Date.parse(s.at) / MINUTE);
  return [minutesAgo, s.requests, s.latencyMilliseconds, orNull(s.failed), orNull(s.throttled), orNull(s.slow)];
}

const MINUTE = 60_000;

export function unpackWatch(estate: Estate, row: WatchRow): Watch {
  const { spentOn, skipped, confirmed, ended, reserved = null, roundAt } = row;
  const base = Date.parse(roundAt ?? "") || 0;
  const each = <T>(read: (target: TargetRow, id: string) => T | undefined): Record<string, T> =>
    Object.fromEntries(
      Object.entries(row.targets).flatMap(([id, target]) => {
        const value = read(target, id);
        return value === undefined ? [] : [[id, value]];
      }),
    );
  const observe = unpackObservations(estate, base);
  return {
    ...EMPTY_WATCH,
    ...{ spentOn, skipped, confirmed, ended, reserved, roundAt },
    observations: each((t, id) => (t.o === undefined ? undefined : observe(id, t.o, t.d ?? {}))),
    witnesses: each((t, id) => (t.w === undefined ? undefined : observe(id, t.w, {}))),
    samples: each((t) => (t.s === undefined ? undefined : unpackRows(t.s).map((fields) => unpackSample(fields, base)))),
    verdicts: each((t) => (t.v === undefined ? undefined : unpackVerdict(t.v))),
    limiter: each((t) => {
      const [limit, used, ago] = unpackRows(t.l ?? "")[0] ?? [];
      return t.l === undefined ? undefined : { limit: limit ?? 0, used: used ?? 0, at: instant(base, ago ?? 0) };
    }),
    spent: each((t) => {
      const [requests, tokens] = unpackRows(t.p ?? "")[0] ?? [];
      return t.p === undefined ? undefined : { requests: requests ?? 0, tokens: tokens ?? 0 };
    }),
  };
}

function unpackVerdict([state, since, reason, symptom, still]: NonNullable<TargetRow["v"]>): Verdict {
  const verdict = { state: STATES[state] ?? "inconclusive", since, reason, symptom: symptom ?? null };
  return still === undefined ? verdict : { ...verdict, [still]: true };
}

function unpackSample([ago, requests, latency, failed, throttled, slow]: readonly Field[], base: number): Sample {
  return {
    at: instant(Math.floor(base / MINUTE) * MINUTE, (ago ?? 0) * MINUTE),
    requests: requests ?? 0,
    failed: failed ?? 0,
    throttled: throttled ?? 0,
    slow: slow ?? 0,
    latencyMilliseconds: latency ?? null,
    utilisationPercent: null,
  };
}

function instant(base: number, ago: number): string {
  return new Date(base - ago).toISOString();
}

/** The last one of each outcome gets that outcome's detail back. */
function unpackObservations(
  estate: Estate,
  base: number,
): (id: string, text: string, details: NonNullable<TargetRow["d"]>) => readonly Observation[] {
  const regions = new Map<string, { kind: TargetKind; region: string }>([
    ...estate.deployments.map(({ id, region }) => [id, { kind: "deployment" as const, region }] as const),
    ...estate.gateways.map(({ id, region }) => [id, { kind: "gateway" as const, region }] as const),
  ]);
  const gateways = estate.gateways.map((gateway) => gateway.id);
  return (id, text, details) => {
    const rows = unpackRows(text);
    const { kind, region } = regions.get(id) ?? { kind: "deployment" as const, region: "" };
    return rows.map(([ago, outcome, latency, statusCode = null, errorClass, via, limitTokens = null, remainingTokens = null], i) => {
      const isLast = !rows.slice(i + 1).some((later) => later[1] === outcome);
      const failure = nameOf(ERROR_CLASSES, errorClass);
      const gateway = nameOf(gateways, via);
      return {
        ...{ target: id, kind, region, at: instant(base, ago ?? 0), outcome: nameOf(OUTCOMES, outcome) ?? "unmeasured" },
        ...{ latencyMilliseconds: latency ?? 0, detail: (isLast ? details[String(outcome)] : undefined) ?? "" },
        ...(statusCode === null ? {} : { statusCode }),
        ...(failure === null ? {} : { errorClass: failure }),
        ...(gateway === null ? {} : { via: gateway }),
        ...(limitTokens === null ? {} : { limitTokens }),
        ...(remainingTokens === null ? {} : { remainingTokens }),
      };
    });
  };
}
