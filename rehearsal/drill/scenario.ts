/** Scenario files: what happens, when, and under which settings. Instants and lengths are seconds from the drill's start. */
import { z } from "zod";
import { strict } from "../../src/config/strict.ts";
import { GUARD_CODES } from "../../src/domain/guards.ts";
import { EDGE_PROBES, GATEWAY_POLICIES } from "../world.ts";

const seconds = z.number().min(0).max(86_400);
const share = z.number().gt(0).max(1).describe("Share of the requests that meet the fault, above 0 and at most 1.");
const repeat = strict({
  every: seconds.min(1).describe("Seconds from one start to the next."),
  times: z.int().min(2).max(100).describe("How often it happens, the first time included."),
})
  .optional()
  .describe("The fault comes again. Default: once.");
const at = seconds.describe("Seconds from the drill's start to the fault's.");
const when = {
  at,
  for: seconds.min(1).describe("Seconds that the fault lasts."),
  repeat,
};
/** Something that happens at an instant. */
const once = { at, repeat };
const answer = z
  .union([z.int().min(400).max(599), z.enum(["timeout", "reset", "dns", "tls", "empty"])])
  .describe(
    "What comes back: a status code, `timeout` (nothing until the caller gives up), `reset` (a broken connection), `dns` (the name does not resolve), `tls` (the handshake fails) or `empty` (200 without a body).",
  );
const area = { region: z.string().min(1).describe("Name of a region of the estate.") };
const models = {
  model: z.string().min(1).optional().describe("Only the region's deployments of this model. Default: all of them."),
};

export const FaultSchema = z.discriminatedUnion("kind", [
  strict({ kind: z.literal("foundryDown"), ...when, ...area, ...models, answer: answer.default(503), share: share.default(1) }),
  strict({
    kind: z.literal("foundrySlow"),
    ...when,
    ...area,
    ...models,
    addMilliseconds: z.number().gt(0).describe("Milliseconds added to each answer."),
    share: share.default(1),
  }),
  strict({
    kind: z.literal("quotaCut"),
    ...when,
    ...area,
    ...models,
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
  strict({ kind: z.literal("metricsMissing"), ...when }),
  strict({ kind: z.literal("proberCutOff"), ...when, ...area }),
  strict({
    kind: z.literal("probesRefused"),
    ...when,
    region: area.region.optional().describe("Name of a region of the estate. Default: every region."),
    status: z
      .union([z.literal(401), z.literal(403), z.literal(429)])
      .describe("What every probe of a deployment gets; clients are served."),
  }),
  strict({
    kind: z.literal("clientsFail"),
    ...when,
    ...area,
    answer: answer.default(500),
    share: share.default(1),
  }).describe("Requests of this region's clients fail wherever they are served."),
  strict({
    kind: z.literal("clockSkew"),
    ...when,
    aheadSeconds: z.number().min(-3600).max(3600).describe("Seconds by which Azure's clock is ahead of the app's; negative: behind."),
  }),
  strict({
    kind: z.literal("alerts"),
    ...once,
    ...area,
    alert: z
      .enum(["metric", "log", "activity", "serviceHealth", "resourceHealth", "malformed"])
      .describe("Which of Azure Monitor's payloads is sent to the app."),
    condition: z.enum(["fired", "resolved"]).default("fired").describe("Whether the alert fires or is resolved. Default: fired."),
    copies: z.int().min(1).max(500).default(1).describe("How often each is delivered."),
    lateSeconds: seconds.default(0).describe("Seconds from when it fired to its delivery."),
  }).describe("An alert about the region arrives, true or not."),
  strict({
    kind: z.literal("portalEdit"),
    ...once,
    ...area,
    weight: z.int().min(1).max(100).describe("Weight that a person gives, in the portal, to every member of the region, in every pool."),
  }),
  strict({ kind: z.literal("redeploy"), ...once }).describe("A deployment writes every pool as it was at the start."),
  strict({
    kind: z.literal("operator"),
    ...once,
    action: z
      .enum(["evacuate", "restore", "approve", "decline", "killSwitchOn", "killSwitchOff"])
      .describe("What a person does over HTTP."),
    region: z.string().min(1).optional().describe("Region of the runbook, or of the run to approve."),
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
      profile: z
        .array(z.number().min(0).max(100))
        .length(24)
        .refine((factors) => factors.some((factor) => factor > 0), "must not be 0 at every hour")
        .optional()
        .describe(
          "Factors of the synthetic traffic's mean rate by hour of the day (UTC; a drill begins at midnight), now and in the week before. Default: 1 at every hour, and Azure Monitor knows nothing of the time before the drill.",
        ),
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
  breakerEvents: z
    .boolean()
    .default(false)
    .describe("API Management's circuit-breaker events reach the app by Event Grid. Default: false, because they are a preview."),
  mode: z
    .enum(["auto", "approve"])
    .default("auto")
    .describe("The estate's mode with automation `on`: auto, or approve (a run waits for an `operator` fault). Default: auto."),
  faults: z.array(FaultSchema).min(0).describe("What happens, in any order; faults may overlap."),
  expect: strict({
    evacuated: z
      .array(z.string().min(1))
      .describe("Regions that automation must evacuate at least once; any other that it evacuates is a mistake."),
    detectSeconds: z.number().gt(0).optional().describe("Most seconds from the onset of a region's fault to the start of its run."),
    refusedBy: z.array(z.enum(GUARD_CODES)).default([]).describe("Guards that must have refused at least once."),
    told: z
      .array(z.string().min(1))
      .default([])
      .describe("Texts that must stand in the ledger or in a notification at least once, for example a verdict."),
    verdicts: z
      .record(z.string(), z.enum(["healthy", "pressured", "failing", "misconfigured", "inconclusive"]))
      .default({})
      .describe("State that a region's Foundry must have been in at least once."),
    lostAtMostShareOfOff: z
      .number()
      .min(0)
      .optional()
      .describe("Lost requests with automation on, as a share of those with it off: what automation must save."),
  })
    .optional()
    .describe(
      "What must come of it with automation on. Every scenario must besides do no harm, evacuate nobody falsely and violate no invariant.",
    ),
});
export type Scenario = z.infer<typeof Scenario>;
export type Fault = Scenario["faults"][number];
