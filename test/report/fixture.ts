/** A made-up drill: plausible shapes, round numbers, nobody's measurement. Regions carry invented names so that nobody takes them for Azure's. */
import type { Mode } from "../../rehearsal/drill/job.ts";
import type { Bin, DrillResult, PoolShare, Summary, TimelineEntry } from "../../rehearsal/drill/result.ts";

export const REGIONS = ["northland", "southland", "eastland"] as const;
const BIN_SECONDS = 15;
const END = 2400;
export const FAULT = { from: 600, to: 1800 } as const;
const POOL = "apim-northland/gpt-4o";

function mode(changes: Partial<Mode> = {}): Mode {
  return { automation: "on", gateway: "plain", edge: "shallow", propagation: 1, breaker: 1, ...changes };
}

/** Requests arrive in a gentle wave, a third in each region; those to the failed region are lost until `movedAt`. */
function binsUntil(movedAt: number, lostPart: number): readonly Bin[] {
  return Array.from({ length: END / BIN_SECONDS }, (_, index) => {
    const at = index * BIN_SECONDS;
    const requests = 81 + Math.round(12 * Math.sin(index / 9)) + (index % 4);
    const third = Math.round(requests / 3);
    const isDown = at >= FAULT.from && at < FAULT.to;
    const lost = isDown && at < movedAt ? Math.round(third * lostPart) : 0;
    const isMoved = isDown || (at >= FAULT.to && at < FAULT.to + 300 && movedAt < FAULT.to);
    const home = isMoved ? (at >= FAULT.to ? Math.round(third / 2) : 0) : third;
    const other = (requests - lost - home) / 2;
    const answeredBy = { northland: home, southland: Math.ceil(other), eastland: Math.floor(other) };
    return {
      at,
      requests,
      lost,
      answeredBy,
      tokensBy: { northland: home * 900, southland: Math.ceil(other) * 900, eastland: Math.floor(other) * 900 },
    };
  });
}

const STEPS: readonly PoolShare[] = [
  { at: 0, pool: POOL, shares: { northland: 1, southland: 0, eastland: 0 } },
  { at: 0, pool: "apim-southland/gpt-4o", shares: { northland: 0, southland: 1, eastland: 0 } },
  { at: 622, pool: POOL, shares: { northland: 0, southland: 0.5, eastland: 0.5 } },
  { at: 622, pool: "apim-southland/gpt-4o", shares: { northland: 0, southland: 1, eastland: 0 } },
  { at: 1930, pool: POOL, shares: { northland: 0.05, southland: 0.475, eastland: 0.475 } },
  { at: 1990, pool: POOL, shares: { northland: 0.25, southland: 0.375, eastland: 0.375 } },
  { at: 2050, pool: POOL, shares: { northland: 0.5, southland: 0.25, eastland: 0.25 } },
  { at: 2110, pool: POOL, shares: { northland: 1, southland: 0, eastland: 0 } },
];

const RUN = "evacuate-northland-e1";
const TIMELINE: readonly TimelineEntry[] = [
  { at: 600, kind: "fault", text: "foundryDown in northland begins", run: null },
  { at: 621, kind: "detect", text: "northland is failing: 3 of the last 3 probes failed (503), 100 % of its traffic", run: RUN },
  { at: 621.2, kind: "decide", text: "Evacuate to 0 %: all guards pass; survivors have 540,000 TPM of headroom for 310,000", run: RUN },
  { at: 621.4, kind: "intend", text: "Write pool apim-northland/gpt-4o: foundry-northland out, 50 / 50 to the others", run: RUN },
  { at: 622.3, kind: "act", text: "apim-northland/gpt-4o written after one 412: read again, computed again", run: RUN },
  { at: 622.4, kind: "propagate", text: "Pool weights reach the gateways within 10 s", run: RUN },
  { at: 632.3, kind: "measure", text: "foundry northland: no new request is routed to the failed target", run: null },
  { at: 633, kind: "verify", text: "Read back: all 3 pools as wanted", run: RUN },
  { at: 634, kind: "record", text: "Evacuated; time to effect 32 s", run: RUN },
  { at: 1800, kind: "fault", text: "foundryDown in northland ends", run: null },
  { at: 1930, kind: "note", text: "Healthy for 120 s: restore starts with 5 %", run: "restore-northland-e1" },
];

const NO_TIMES = {
  timeToDetectSeconds: null,
  timeToEvacuationEffectiveSeconds: null,
  timeToRestoreSeconds: null,
  timeToRestoreEdgeSeconds: null,
} satisfies Partial<Summary>;
const TIMES = {
  timeToDetectSeconds: 21,
  timeToEvacuationEffectiveSeconds: 32.3,
  timeToRestoreSeconds: 310,
  timeToRestoreEdgeSeconds: null,
};

/** `lost` and relief are the summary's own: a test may set them apart from the bins. */
export function result(modeChanges: Partial<Mode> = {}, summary: Partial<Summary> = {}, changes: Partial<DrillResult> = {}): DrillResult {
  const own = mode(modeChanges);
  const isOn = own.automation === "on";
  const lostPart = own.gateway === "plain" ? 1 : own.gateway === "breaker" ? 0.2 : 0.04;
  const relief = isOn ? 31 : 1200;
  const bins = binsUntil(FAULT.from + relief, lostPart);
  const lost = summary.lost ?? bins.reduce((sum, bin) => sum + bin.lost, 0);
  const requests = summary.requests ?? bins.reduce((sum, bin) => sum + bin.requests, 0);
  const times = { ...(isOn ? TIMES : NO_TIMES), timeToReliefSeconds: relief, floorSeconds: 16 };
  return {
    scenario: "made-up-outage",
    title: "A made-up outage: Foundry of northland answers 503 for 20 minutes",
    estate: "fixture-estate",
    traffic: "synthetic, 5.5 requests a second",
    seed: 1,
    onsetShiftSeconds: 0,
    mode: own,
    summary: {
      ...times,
      ...counts(isOn),
      requests,
      lost,
      lostShare: lost / requests,
      lostByResult: lost === 0 ? {} : { 503: lost },
      ...summary,
    },
    faults: [
      {
        fault: "foundry northland",
        kind: "foundryDown",
        region: "northland",
        lost,
        ...times,
        startsSeconds: FAULT.from,
        endsSeconds: FAULT.to,
      },
    ],
    timeline: isOn ? TIMELINE : TIMELINE.filter(({ kind }) => kind === "fault"),
    binSeconds: BIN_SECONDS,
    bins,
    poolShares: isOn ? STEPS : STEPS.filter(({ at }) => at === 0),
    ...changes,
  };
}

function counts(
  isOn: boolean,
): Omit<Summary, keyof typeof TIMES | "timeToReliefSeconds" | "floorSeconds" | "requests" | "lost" | "lostShare" | "lostByResult"> {
  return {
    shed: 0,
    falseEvacuations: [],
    invariantViolations: [],
    guardRefusals: isOn ? ["cooldown: northland was restored 40 s ago, 600 s are required"] : [],
    runs: isOn
      ? [
          { id: RUN, outcome: "handedOver", startedSeconds: 621, endedSeconds: 1925 },
          { id: "restore-northland-e1", outcome: "restored", startedSeconds: 1925, endedSeconds: 2112 },
        ]
      : [],
    controlPlaneCalls: isOn
      ? {
          "GET /subscriptions/{subscription}/…/service/{service}/backends/{backend}": 492,
          "PATCH /subscriptions/{subscription}/…/service/{service}/backends/{backend}": 7,
        }
      : {},
    tableOperations: isOn ? 1180 : 0,
    probeRounds: isOn ? 160 : 0,
    simulatedSeconds: END,
    wallSeconds: isOn ? 8.4 : 0.6,
  };
}

/** The grid of `npm start` with its sensitivity rows. Under breaker and retry Azure's own means do as well. */
export function grid(): readonly DrillResult[] {
  return [
    result(),
    result({ automation: "off" }),
    result({ gateway: "breaker" }),
    result({ gateway: "breaker", automation: "off" }),
    result({ gateway: "breaker-and-retry" }, { lost: 3, timeToReliefSeconds: 0 }),
    result({ gateway: "breaker-and-retry", automation: "off" }, { lost: 2, timeToReliefSeconds: 0 }),
    ...[0.5, 1.5].map((propagation) =>
      result({ propagation }, { timeToEvacuationEffectiveSeconds: 22.3 + propagation * 10, lost: 60 + propagation * 40 }),
    ),
    ...[0.5, 1.5].map((breaker) =>
      result({ gateway: "breaker-and-retry", automation: "off", breaker }, { lost: 2 + breaker, timeToReliefSeconds: 0 }),
    ),
  ];
}
