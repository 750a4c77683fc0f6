/** Scenario files: what happens, when, and under which settings. Instants and lengths are seconds from the drill's start. */
import { z } from "zod";
import { EDGE_PROBES, GATEWAY_POLICIES } from "../world.ts";

const seconds = z.number().min(0).max(86_400);
const share = z.number().gt(0).max(1);
const when = { at: seconds, for: seconds.min(1) };
const answer = z.union([z.int().min(400).max(599), z.enum(["timeout", "reset"])]);
const area = { region: z.string().min(1) };

const fault = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("foundryDown"), ...when, ...area, answer: answer.default(503), share: share.default(1) }),
  z.strictObject({ kind: z.literal("foundrySlow"), ...when, ...area, addMilliseconds: z.number().gt(0), share: share.default(1) }),
  z.strictObject({ kind: z.literal("quotaCut"), ...when, ...area, factor: z.number().min(0).max(1) }),
  z.strictObject({ kind: z.literal("gatewayDown"), ...when, ...area, answer: answer.default("timeout") }),
  z.strictObject({ kind: z.literal("resourceManagerDown"), ...when, ...area, status: z.int().min(400).max(599).default(503) }),
  z.strictObject({ kind: z.literal("resourceManagerThrottled"), ...when, ...area, retryAfterSeconds: z.int().min(1).max(3600).default(5) }),
  z.strictObject({ kind: z.literal("etagConflict"), ...when, ...area, times: z.int().min(1).default(1) }),
  z.strictObject({ kind: z.literal("frontDoorFrozen"), ...when }),
  z.strictObject({ kind: z.literal("metricsDelayed"), ...when, delaySeconds: seconds }),
  z.strictObject({ kind: z.literal("identityDown"), ...when }),
  z.strictObject({ kind: z.literal("hostKilled"), at: seconds, for: seconds.min(1) }),
]);

export const Scenario = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().regex(/^[a-z0-9-]{3,60}$/),
  title: z.string().min(1),
  /** Least length; the drill runs on until routing is at rest. */
  durationMinutes: z.number().min(1).max(240),
  seed: z.int().min(0).default(1),
  /** Path of the estate file, relative to the scenario file. */
  estate: z.string().min(1),
  traffic: z.strictObject({
    /** Path of a CSV with TIMESTAMP,ContextTokens,GeneratedTokens, relative to the scenario file; absent = synthetic. */
    trace: z.string().min(1).optional(),
    /** Mean rate of the synthetic traffic. */
    requestsPerSecond: z.number().gt(0).max(1000).default(5.5),
    /** `max_tokens` that every client sends: the rate limiter counts it, not the tokens really generated (azure-facts 4.2). */
    maxTokens: z.int().min(1).max(32_768).default(600),
    /** Share of the clients near each region; absent = equal shares. */
    clients: z.record(z.string(), z.number().min(0).max(1)).optional(),
  }),
  gateway: z.enum(GATEWAY_POLICIES).default("breaker-and-retry"),
  edge: z.enum(EDGE_PROBES).default("shallow"),
  /** An evacuation of a region whose true failure share is below this counts as false. */
  impairedAt: share.default(0.1),
  faults: z.array(fault).min(0),
});
export type Scenario = z.infer<typeof Scenario>;
export type Fault = Scenario["faults"][number];
