/**
 * Event Grid triggers: the webhook of the real extension, as its source has it (`HttpRequestProcessor` and
 * `EventGridExtensionConfigProvider` of Microsoft.Azure.WebJobs.Extensions.EventGrid). Both schemas, one invocation per event, all of a
 * delivery at once; the delivery is answered when all of them have ended, so that Event Grid sends again what failed.
 */
import { z } from "zod";
import type { RegisteredFunction } from "./core-module.ts";
import type { HttpAnswer, HttpCall } from "./http-triggers.ts";
import { triggerOf, type Worker } from "./worker.ts";

export const EVENT_GRID_PATH = "/runtime/webhooks/eventgrid";

const ORIGINS = [
  "eventgrid.azure.net",
  "eventgrid.azure.us",
  "eventgrid.azure.eaglex.ic.gov",
  "eventgrid.azure.microsoft.scloud",
  "eventgrid.azure.cn",
];

/** `data` is the same in Event Grid's own schema and in CloudEvents. */
const Event = z.looseObject({ data: z.unknown().optional() });
type Event = z.infer<typeof Event>;
const Delivery = z.union([z.array(Event), Event.transform((event) => [event])]);
const Validation = z.tuple([z.looseObject({ data: z.looseObject({ validationCode: z.string() }) })], z.unknown());

export interface EventGridTriggersOptions {
  readonly worker: Worker;
  readonly hasKey: (call: HttpCall) => boolean;
  readonly onError: (called: RegisteredFunction, error: unknown) => void;
}

export function createEventGridTriggers(options: EventGridTriggersOptions): (call: HttpCall) => Promise<HttpAnswer> {
  const functions = options.worker.functions.filter((called) => triggerOf(called).binding.type === "eventGridTrigger");
  const batched = functions.find((called) => triggerOf(called).binding["cardinality"] === "many");
  if (batched)
    throw new Error(`The local Functions host does not serve: function "${batched.name}": eventGridTrigger of cardinality "many".`);
  return async (call) => {
    if (!options.hasKey(call)) return { status: 401 };
    const name = call.url.searchParams.get("functionName") ?? "";
    const called = functions.find((each) => each.name === name);
    if (called === undefined) return { status: 404, body: `cannot find function: '${name}'` };
    if (call.method === "OPTIONS") return { status: 200, headers: { "webhook-allowed-origin": allowedOrigin(call) } };
    switch (String(call.headers["aeg-event-type"]).toLowerCase()) {
      case "subscriptionvalidation":
        return validated(call);
      case "notification":
        return await deliver(options, called, call);
      case "unsubscribe":
        return { status: 202 };
      default:
        return { status: 400 };
    }
  };
}

/** The handshake of CloudEvents. */
function allowedOrigin({ headers }: HttpCall): string {
  return ORIGINS.find((origin) => origin === headers["webhook-request-origin"]) ?? "eventgrid.azure.net";
}

/** The handshake of Event Grid's own schema. The extension fails on a body that it cannot read, and so does this. */
function validated({ body }: HttpCall): HttpAnswer {
  const events = Validation.safeParse(parseJson(body));
  if (!events.success) return { status: 500, body: z.prettifyError(events.error) };
  return { status: 200, body: JSON.stringify({ validationResponse: events.data[0].data.validationCode }) };
}

async function deliver({ worker, onError }: EventGridTriggersOptions, called: RegisteredFunction, { body }: HttpCall): Promise<HttpAnswer> {
  const events = Delivery.safeParse(parseJson(body));
  if (!events.success) return { status: 500, body: z.prettifyError(events.error) };
  const outcomes = await Promise.allSettled(events.data.map((event) => invoke(worker, called, event)));
  const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
  failures.forEach((error) => onError(called, error));
  if (failures.length === 0) return { status: 202 };
  return { status: 500, body: `Exception while executing function: Functions.${called.name}` };
}

async function invoke(worker: Worker, called: RegisteredFunction, event: Event): Promise<void> {
  await worker.invoke(called, { json: JSON.stringify(event) }, { data: { json: JSON.stringify(event.data ?? null) } });
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    return undefined;
  }
}
