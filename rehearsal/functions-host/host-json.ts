/** The settings of host.json that this host honours. Everything else in it is the real host's business. */
import { z } from "zod";

/** `[d.]hh:mm:ss` to milliseconds. */
const timeSpan = z.string().transform((text, context) => {
  const match = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})$/.exec(text);
  if (match === null) {
    context.addIssue({ code: "custom", message: `expected [d.]hh:mm:ss, found "${text}"` });
    return z.NEVER;
  }
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
});

/** Defaults as documented for Functions v4 and the Azure Storage provider. */
const HostJson = z.looseObject({
  extensions: z
    .looseObject({
      http: z.looseObject({ routePrefix: z.string().default("api") }).prefault({}),
      durableTask: z
        .looseObject({
          // 3 to 45 letters and digits, a letter first: a real host stops at start-up otherwise.
          hubName: z
            .string()
            .regex(/^[A-Za-z][A-Za-z0-9]{2,44}$/)
            .default("TestHubName"),
          maxConcurrentActivityFunctions: z.int().min(1).default(10),
          storageProvider: z.looseObject({ workItemQueueVisibilityTimeout: timeSpan.default(300_000) }).prefault({}),
        })
        .prefault({}),
    })
    .prefault({}),
});

export interface HostSettings {
  readonly routePrefix: string;
  readonly hubName: string;
  readonly maxConcurrentActivities: number;
  /** How long an activity cut off by a killed host stays away. */
  readonly activityVisibilityMilliseconds: number;
}

export function parseHostJson(json: unknown): HostSettings {
  const parsed = HostJson.safeParse(json);
  if (!parsed.success) {
    throw new Error(`host.json: ${z.prettifyError(parsed.error)}`);
  }
  const { http, durableTask } = parsed.data.extensions;
  return {
    routePrefix: http.routePrefix.replace(/^\/|\/$/g, ""),
    hubName: durableTask.hubName,
    maxConcurrentActivities: durableTask.maxConcurrentActivityFunctions,
    activityVisibilityMilliseconds: durableTask.storageProvider.workItemQueueVisibilityTimeout,
  };
}
