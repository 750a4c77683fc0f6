/** Scenario files: what happens, when, and under which settings. Instants and lengths are seconds from the drill's start. */
import { z } from "zod";
import { strict } from "../../src/config/strict.ts";
import { EDGE_PROBES, GATEWAY_POLICIES } from "../world.ts";

const seconds = z.number().min(0).max(86_400);
const share = z.number().gt(0).max(1).describe("Share of the requests that meet the fault, above 0 and at most 1.");
const when = {
  at: seconds.describe("Seconds from the drill's start to the fault's."),
  for: seconds.min(1).describe("Seconds that the fault lasts."),
};
const answer = z
  .union([z.int().min(400).max(599), z.enum(["timeout", "reset"])])
  .describe("What comes back: a status code, `timeout` (nothing until the caller gives up) or `reset` (a broken connection).");
const area = { region: z.string().min(1).describe("Name of a region of the estate.") };

export const FaultSchema = z.discriminatedUnion("kind", [
  strict({ kind: z.literal("foundryDown"), ...when, ...area, answer: answer.default(503), share: share.default(1) }),
  strict({
    kind: z.literal("foundrySlow"),
    ...when,
    ...area,
    addMilliseconds: z.number().gt(0).describe("Milliseconds added to each answer."),
    share: share.default(1),
  }),
  strict({
    kind: z.literal("quotaCut"),
    ...when,
    ...area,
    factor: z.number().min(0).max(1).describe("Rate limits are multiplied by this, 0–1."),
  }),
  strict({ kind: z.literal("gatewayDown"), ...when, ...area, answer: answer.default("timeout") }),
  strict({
    kind: z.literal("resourceManagerDown"),
    ...when,
    ...area,
    status: z.int().min(400).max(599).default(503).describe("Status of every Resource Manager answer."),
  }),
  strict({
    kind: z.literal("resourceManagerThrottled"),
    ...when,
    ...area,
    retryAfterSeconds: z.int().min(1).max(3600).default(5).describe("Seconds in `Retry-After` of each 429."),
  }),
  strict({
    kind: z.literal("etagConflict"),
    ...when,
    ...area,
    times: z.int().min(1).default(1).describe("Writes that find a newer version."),
  }),
  strict({ kind: z.literal("frontDoorFrozen"), ...when }),
  strict({
    kind: z.literal("metricsDelayed"),
    ...when,
    delaySeconds: seconds.describe("Seconds by which metrics come later than usual."),
  }),
  strict({ kind: z.literal("identityDown"), ...when }),
  strict({ kind: z.literal("hostKilled"), ...when }),
]);

export const Scenario = strict({
  $schema: z.string().optional().describe("Where an editor finds this schema."),
  name: z
    .string()
    .regex(/^[a-z0-9-]{3,60}$/)
    .describe("3–60 lower-case letters, digits and hyphens."),
  title: z.string().min(1).describe("One line for people."),
  durationMinutes: z.number().min(1).max(240).describe("Least length in minutes, 1–240; the drill runs on until routing is at rest."),
  seed: z.int().min(0).default(1).describe("Of every random draw: the same seed gives the same requests. Default: 1."),
  estate: z.string().min(1).describe("Path of the estate file, relative to the scenario file."),
  traffic: z
    .strictObject({
      trace: z
        .string()
        .min(1)
        .optional()
        .describe("Path of a CSV with TIMESTAMP,ContextTokens,GeneratedTokens, relative to the scenario file. Default: synthetic traffic."),
      requestsPerSecond: z.number().gt(0).max(1000).default(5.5).describe("Mean rate of the synthetic traffic. Default: 5.5."),
      // The rate limiter counts it, not the tokens really generated (azure-facts 4.2).
      maxTokens: z.int().min(1).max(32_768).default(600).describe("`max_tokens` that every client sends, 1–32768. Default: 600."),
      clients: z
        .record(z.string(), z.number().min(0).max(1))
        .optional()
        .describe("Share of the clients near each region, 0–1. Default: equal shares."),
    })
    .describe("What clients ask for."),
  gateway: z
    .enum(GATEWAY_POLICIES)
    .default("breaker-and-retry")
    .describe("What the gateways do by themselves: nothing, a circuit breaker per backend, or the breaker and retries over the pool."),
  edge: z
    .enum(EDGE_PROBES)
    .default("shallow")
    .describe("What Front Door probes: the gateway's own status and health gate, or (deep) also its region's Foundry through it."),
  impairedAt: z
    .number()
    .gt(0)
    .max(1)
    .default(0.1)
    .describe("An evacuation of a region whose true failure share is below this counts as false. Default: 0.1."),
  faults: z.array(FaultSchema).min(0).describe("What happens, in any order; faults may overlap."),
});
export type Scenario = z.infer<typeof Scenario>;
export type Fault = Scenario["faults"][number];
