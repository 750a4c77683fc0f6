/** The policy sections of the estate file: all of them optional, every setting with a default. */
import { z } from "zod";
import { MODES } from "../domain/estate.ts";
import { DEFAULTS } from "./defaults.ts";
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
})
  .prefault({})
  .describe("How a failing target is told from a blip.");

const s = DEFAULTS.safety;
const safety = strict({
  mode: z
    .enum(MODES)
    .default(s.mode)
    .describe(`off: only people start runbooks. recommend: plan and notify, change nothing. auto: act. Default: ${s.mode}.`),
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

export const policySchemas = { detection, safety, evacuate, restore };
