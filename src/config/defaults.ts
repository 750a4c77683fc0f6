/** What an estate means when it leaves a setting out, and why. Units are in the names. */
import type { DetectionPolicy, EvacuatePolicy, RestorePolicy, SafetyPolicy, SignalsPolicy } from "../domain/estate.ts";
import type { CloudName } from "./clouds.ts";

export const DEFAULTS = {
  cloud: "public" satisfies CloudName,
  /** Built into every API Management gateway; it says nothing of the backends behind it. */
  statusPath: "/status-0123456789abcdef",
  detection: {
    intervalSeconds: 15,
    // A tiny completion answers in about a second; with 5 s the fourth timeout of a burst is known 14 s after the first probe.
    probeDeadlineSeconds: 5,
    burstProbes: 5,
    burstSpacingSeconds: 3,
    window: 5,
    // Four of five: one stray success does not clear a region that is down, and two blips never fail one that is up.
    failuresToFail: 4,
    // Fewer than the way in needs, because leaving `failing` moves nothing: the restore's own soak comes after it.
    successesToRecover: 3,
    // A window of five at the default interval is 60 s long; another two missed rounds still count.
    stalenessSeconds: 90,
    regionFailingShare: 0.5,
    // Enough for an answer that is not cut off at once by every model, and still next to no tokens.
    probeMaxTokens: 5,
    probeTokensPerDay: null,
    // Four of five is tolerance enough; an estate behind a flaky proxy may raise what shows there.
    tolerated: { serverError: 0, timeout: 0, connection: 0, dns: 0, tls: 0, emptyAnswer: 0 },
    // Fresh probes suffice after k of n: other sources are minutes late. They veto all the same.
    quorum: 1,
    witnessProbes: 2,
    // A tiny completion answers in about a second.
    slowMilliseconds: 4000,
    // Gray failures are to be found within five minutes: four minutes of evidence and one to act.
    graySeconds: 240,
    // Below a fifth, so that a fault of a fifth of the requests is found though chance spares some probes.
    grayShare: 0.15,
    grayFailures: 4,
    passiveRequests: 20,
    // Metric alerts are 2-6 minutes late (azure-facts 5.5).
    alertStalenessSeconds: 900,
  },
  signals: { metrics: { names: "auto", api: "auto" }, logs: null },
  safety: {
    // A new estate shows what it would have done before it is allowed to do it.
    mode: "recommend",
    modes: { evacuate: null, restore: null },
    approval: { timeoutSeconds: 900, default: "decline" },
    substitutes: [],
    blackouts: [],
    followSeconds: 900,
    // More than one would keep an estate of two regions from ever evacuating.
    minHealthyRegions: 1,
    maxConcurrentShifts: 1,
    cooldownSeconds: 600,
    reserveShare: 0.1,
  },
  evacuate: {
    gracefulShares: [0.75, 0.5, 0.25, 0],
    bakeSeconds: 60,
    // azure-facts 2.3: up to 20 minutes.
    originBudgetSeconds: 1200,
    // azure-facts 1.6 says under 10 s normally; three times that before the write counts as not having arrived.
    poolBudgetSeconds: 30,
    holdCheckSeconds: 30,
  },
  restore: {
    gracefulShares: [0.05, 0.25, 0.5, 1],
    soakSeconds: 120,
    originSoakSeconds: 120,
    bakeSeconds: 60,
    bakeAnswers: 50,
    bakeProbeSeconds: 180,
    relapseBackoff: 2,
  },
} as const satisfies {
  cloud: CloudName;
  statusPath: string;
  detection: DetectionPolicy;
  signals: SignalsPolicy;
  safety: SafetyPolicy;
  evacuate: EvacuatePolicy;
  restore: RestorePolicy;
};
