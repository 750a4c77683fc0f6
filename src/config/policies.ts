/** The policy sections of the estate file: all of them optional, every setting with a default. */
import { z } from "zod";
import { METRIC_NAMES, METRICS_APIS, MODES, WEEKDAYS } from "../domain/estate.ts";
import { DEFAULTS } from "./defaults.ts";
import { ERROR_CLASSES } from "../domain/observation.ts";
import { MESSAGES } from "./messages.ts";
import { strict } from "./strict.ts";

function integer(min: number, max: number, fallback: number, meaning: string): z.ZodDefault<z.ZodInt> {
  return z.int().min(min).max(max).default(fallback).describe(`${meaning} ${min}–${max}; default ${fallback}.`);
}

function seconds(min: number, max: number, fallback: number, meaning: string): z.ZodDefault<z.ZodInt> {
  return integer(min, max, fallback, `${meaning} Seconds,`);
}

function shares(fallback: readonly number[], direction: "down" | "up", meaning: string): z.ZodDefault<z.ZodArray<z.ZodNumber>> {
  const message = direction === "down" ? MESSAGES.sharesDown : MESSAGES.sharesUp;
  const text = `${meaning} Shares of normal traffic (0–1), ${message.replace("must be ", "")}; default ${fallback.join(", ")}.`;
  return z
    .array(z.number().min(0).max(1))
    .min(1)
    .max(20)
    .refine((values) => isLadder(values, direction), message)
    .default(() => [...fallback])
    .describe(text);
}

/** Every step moves further in the one direction, and the last one arrives. */
function isLadder(values: readonly number[], direction: "down" | "up"): boolean {
  const further = (from: number, to: number): boolean => (direction === "down" ? to < from : to > from);
  const [start, end] = direction === "down" ? [1, 0] : [0, 1];
  return values.at(-1) === end && values.every((value, index) => further(values[index - 1] ?? start, value));
}

const d = DEFAULTS.detection;
const detection = strict({
  intervalSeconds: seconds(10, 60, d.intervalSeconds, "Between probe rounds; PROBE_SCHEDULE must say the same."),
  probeDeadlineSeconds: seconds(1, 30, d.probeDeadlineSeconds, "Deadline of one probe."),
  burstProbes: integer(2, 10, d.burstProbes, "Probes of a confirm burst, the first bad one included."),
  burstSpacingSeconds: seconds(1, 10, d.burstSpacingSeconds, "Between the starts of two probes of a burst."),
  window: integer(2, 30, d.window, "Probes of a target that its verdict looks at."),
  failuresToFail: integer(2, 30, d.failuresToFail, "Failed probes within the window that make a target failing."),
  successesToRecover: integer(
    1,
    30,
    d.successesToRecover,
    "Last probes that must all have been answered for a target to be healthy again.",
  ),
  stalenessSeconds: seconds(20, 3600, d.stalenessSeconds, "Age from which a probe counts as missing."),
  regionFailingShare: z
    .number()
    .gt(0)
    .max(1)
    .default(d.regionFailingShare)
    .describe(
      `A region fails when targets that carry at least this share of its traffic do. Above 0, at most 1; default ${d.regionFailingShare}.`,
    ),
  probeMaxTokens: integer(1, 64, d.probeMaxTokens, "`max_tokens` of the probe's completion."),
  probeTokensPerDay: z
    .int()
    .min(1000)
    .nullable()
    .default(d.probeTokensPerDay)
    .describe(
      "Tokens that the probes of one deployment may spend in a day (UTC). Ahead of that pace, a probe is left out while fresh metrics show real requests answered. At least 1000; default null, no limit.",
    ),
  tolerated: strict(objectOf(ERROR_CLASSES, (name) => integer(0, 10, d.tolerated[name], `Failures of class ${name}.`)))
    .prefault({})
    .describe("Failures of each class within the window that count as blips."),
  quorum: integer(1, 3, d.quorum, "Independent sources (probes, witnesses, metrics, gateway logs) that must call a target failing."),
  witnessProbes: integer(0, 5, d.witnessProbes, "Probes through other regions' gateways during a confirm burst."),
  slowMilliseconds: integer(
    100,
    30_000,
    d.slowMilliseconds,
    "Time from which an answer is slow; below the probe's deadline. Milliseconds,",
  ),
  graySeconds: seconds(120, 600, d.graySeconds, "Gray failures, in which only some requests fail, are looked for over this time."),
  grayShare: z
    .number()
    .gt(0)
    .max(1)
    .default(d.grayShare)
    .describe(`Share of the probes, and of real requests, that must fail for a gray failure. Above 0, at most 1; default ${d.grayShare}.`),
  grayFailures: integer(2, 30, d.grayFailures, "Failed probes that a gray failure needs at least."),
  passiveRequests: integer(1, 10_000, d.passiveRequests, "Real requests that a minute must have had to count as evidence."),
  alertStalenessSeconds: seconds(
    60,
    86_400,
    d.alertStalenessSeconds,
    "An alert that arrives later than this after it fired starts no probe round.",
  ),
})
  .prefault({})
  .describe("How a failing target is told from a blip.");

const m = DEFAULTS.signals.metrics;
const signals = strict({
  metrics: strict({
    names: z
      .enum(METRIC_NAMES)
      .default(m.names)
      .describe(`azureOpenAI: the classic metric names. models: the newer category. auto: what each account lists. Default: ${m.names}.`),
    api: z
      .enum(METRICS_APIS)
      .default(m.api)
      .describe(
        `arm: Resource Manager. batch: the metrics batch API, which needs Monitoring Reader on the subscription. auto: batch from ten accounts on. Default: ${m.api}.`,
      ),
  })
    .prefault({})
    .describe("Azure Monitor metrics of the Foundry accounts."),
  logs: strict({ workspaceId: z.uuid().describe("The workspace's id (a UUID, not its ARM id).") })
    .nullable()
    .default(null)
    .describe("Log Analytics workspace with API Management's gateway logs. Default: null, none is asked."),
})
  .prefault({})
  .describe("Signals beside the probes.");

const s = DEFAULTS.safety;
const mode = z.enum(MODES);
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, MESSAGES.clockTime);
const modelName = strict({ name: z.string().min(1).describe("Model name."), version: z.string().min(1).describe("Model version.") });
const safety = strict({
  mode: mode
    .default(s.mode)
    .describe(
      `off: only people start runbooks. recommend: plan and notify, change nothing. approve: wait for a person. auto: act. Default: ${s.mode}.`,
    ),
  modes: strict({
    evacuate: mode.nullable().default(null).describe("Of evacuations. Default: null, the estate's mode."),
    restore: mode.nullable().default(null).describe("Of restores. Default: null, the estate's mode."),
  })
    .prefault({})
    .describe("A runbook's own mode."),
  approval: strict({
    timeoutSeconds: seconds(60, 86_400, s.approval.timeoutSeconds, "A run in mode approve waits for a person."),
    default: z
      .enum(["proceed", "decline"])
      .default(s.approval.default)
      .describe(`What happens when nobody decides in time. Default: ${s.approval.default}.`),
  })
    .prefault({})
    .describe("Mode approve."),
  substitutes: z
    .array(
      strict({
        model: modelName.describe("The model whose requests move."),
        servedBy: modelName.describe("The model that may serve them."),
      }),
    )
    .max(100)
    .default([])
    .describe("Models that may take over from each other though name or version differ. Default: none."),
  blackouts: z
    .array(
      strict({
        days: z.array(z.enum(WEEKDAYS)).max(7).default([]).describe("Days (UTC) on which it begins. Default: every day."),
        from: clockTime.describe("`HH:MM` UTC, inclusive."),
        to: clockTime.describe("`HH:MM` UTC, exclusive; at or before `from` means on the next day."),
        reason: z.string().min(1).max(200).describe("Told with every refusal."),
      }),
    )
    .max(50)
    .default([])
    .describe("Times in which automation changes nothing. Default: none."),
  followSeconds: seconds(
    0,
    7200,
    s.followSeconds,
    "After an evacuation, trouble of those who took over counts as having followed the traffic for this long.",
  ),
  minHealthyRegions: integer(1, 29, s.minHealthyRegions, "Regions that must stay healthy and unheld when another is evacuated."),
  maxConcurrentShifts: integer(1, 29, s.maxConcurrentShifts, "Regions that may be held at the same time."),
  cooldownSeconds: seconds(0, 86_400, s.cooldownSeconds, "After a region's last hold, until it may be evacuated automatically again."),
  reserveShare: z
    .number()
    .min(0)
    .lt(1)
    .default(s.reserveShare)
    .describe(`Share of each survivor's rate limit that an evacuation leaves unused. At least 0, below 1; default ${s.reserveShare}.`),
})
  .prefault({})
  .describe("What automation may do.");

const e = DEFAULTS.evacuate;
const evacuate = strict({
  gracefulShares: shares(e.gracefulShares, "down", "Steps of a graceful evacuation."),
  bakeSeconds: seconds(0, 3600, e.bakeSeconds, "Between the steps of a graceful evacuation."),
  originBudgetSeconds: seconds(60, 7200, e.originBudgetSeconds, "Propagation budget of a Front Door origin write."),
  poolBudgetSeconds: seconds(
    5,
    600,
    e.poolBudgetSeconds,
    "Propagation budget of a backend pool write; one owed for twice as long closes its region's gate.",
  ),
  holdCheckSeconds: seconds(5, 600, e.holdCheckSeconds, "Between two looks at a held region."),
})
  .prefault({})
  .describe("How a region is emptied.");

const r = DEFAULTS.restore;
const restore = strict({
  gracefulShares: shares(r.gracefulShares, "up", "Steps of a restore."),
  soakSeconds: seconds(0, 86_400, r.soakSeconds, "A region must have been healthy before its restore starts."),
  originSoakSeconds: seconds(0, 86_400, r.originSoakSeconds, "A gateway must have been healthy before its origin is enabled again."),
  bakeSeconds: seconds(0, 3600, r.bakeSeconds, "Least time on a step."),
  bakeAnswers: integer(0, 100_000, r.bakeAnswers, "Real answers that a step waits for."),
  bakeProbeSeconds: seconds(0, 3600, r.bakeProbeSeconds, "Of healthy probes that let a step pass without enough real answers."),
  relapseBackoff: z
    .number()
    .min(1)
    .max(10)
    .default(r.relapseBackoff)
    .describe(`Factor on the soak after each relapse of a hold. 1–10; default ${r.relapseBackoff}.`),
})
  .prefault({})
  .describe("How a region gets its traffic back.");

/** One schema for each of a list of names. */
function objectOf<K extends string, T extends z.ZodType>(names: readonly K[], schemaOf: (name: K) => T): Record<K, T> {
  // The entries are exactly the names: `Object.fromEntries` cannot say so.
  return Object.fromEntries(names.map((name) => [name, schemaOf(name)])) as Record<K, T>;
}

export const policySchemas = { detection, signals, safety, evacuate, restore };
