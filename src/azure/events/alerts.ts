/** Azure Monitor's alerts as suspicions: every variant of the common alert schema (azure-facts 5). */
import type { Estate } from "../../domain/estate.ts";
import type { Suspicion, SuspicionSource } from "../../domain/signals.ts";
import { oneLine } from "../text.ts";
import { dimensionValues, parseAlert, textAt, type Alert } from "./alert-schema.ts";
import { targetsOf } from "./alert-targets.ts";

type AlertReading = { readonly ok: true; readonly suspicion: Suspicion } | { readonly ok: false; readonly reason: string };

/** Longer than any id of Azure's, and short enough for a hundred of them in a row: who holds the key may send 256 KB of it. */
const LONGEST_KEY = 600;

/** Not ok: it is no alert, or nothing that could be suspected (a budget's, a test's with nothing in it). */
export function suspicionFromAlert(estate: Estate, body: unknown): AlertReading {
  const alert = parseAlert(body);
  if (alert === undefined) return { ok: false, reason: "not of the common alert schema" };
  const source = sourceOf(alert);
  if (source === undefined)
    return { ok: false, reason: `not a signal of health: ${alert.essentials.monitoringService ?? "no monitoring service"}` };
  const key = keyOf(alert, source);
  if (key === undefined) return { ok: false, reason: "it names neither itself nor a resource" };
  const state = isCleared(alert, source) ? "cleared" : "raised";
  const at = instantOf(alert, source, state);
  if (at === undefined) return { ok: false, reason: "it does not say when it happened" };
  return {
    ok: true,
    suspicion: {
      source,
      key: `${source} ${key}`.toLowerCase().slice(0, LONGEST_KEY),
      state,
      targets: targetsOf(estate, alert),
      at,
      title: titleOf(alert, source),
    },
  };
}

type Table = readonly (readonly [RegExp, SuspicionSource])[];
/** The service's name varies between payloads of one kind (azure-facts 5.3, 5.4). */
const SERVICES: Table = [
  [/^service ?health$/i, "serviceHealth"],
  [/^resource ?health$/i, "resourceHealth"],
  [/^activity ?log\b/i, "activityLog"],
  [/^log alerts\b|^log analytics$|^application insights$/i, "logAlert"],
  [/^platform$/i, "metricAlert"],
];
const CONDITIONS: Table = [
  [/^LogQueryCriteria$/i, "logAlert"],
  [/MetricCriteria$|^DynamicThresholdCriteria$|^WebtestLocationAvailabilityCriteria$/i, "metricAlert"],
];
const SIGNALS: Table = [
  [/^metric$/i, "metricAlert"],
  [/^log$/i, "logAlert"],
  [/^activity ?log$/i, "activityLog"],
];

function sourceOf({ essentials, context }: Alert): SuspicionSource | undefined {
  const by = (table: Table, name: string | null | undefined): SuspicionSource | undefined =>
    table.find(([pattern]) => pattern.test(name ?? ""))?.[1];
  return by(SERVICES, essentials.monitoringService) ?? by(CONDITIONS, context.conditionType) ?? by(SIGNALS, essentials.signalType);
}

const isStateful = (source: SuspicionSource): boolean => source === "metricAlert" || source === "logAlert";

/** What stays the same from the first word about a thing to the last: stateless alerts have a new id every time (azure-facts 5.3). */
function keyOf({ essentials, context }: Alert, source: SuspicionSource): string | undefined {
  const { alertId, originAlertId, alertRule } = essentials;
  const itself = alertId ?? originAlertId ?? alertRule ?? undefined;
  const resource = essentials.alertTargetIDs?.[0];
  if (source === "serviceHealth") return textAt(context.properties, "trackingId") ?? itself;
  if (source === "resourceHealth") return resource ?? itself;
  if (source === "activityLog" && resource !== undefined) return `${resource} ${context.operationName ?? alertRule ?? ""}`.trim();
  return itself;
}

/** Service Health's words for being over; a review after the incident is over too. */
const OVER = /^(resolved|complete|canceled|rca)$/i;

/** Stateless alerts always say "Fired": their recovery is a new payload (azure-facts 5.3, 5.4). */
function isCleared({ essentials, context }: Alert, source: SuspicionSource): boolean {
  if (/^resolved$/i.test(essentials.monitorCondition ?? "")) return true;
  if (source === "serviceHealth") return OVER.test(textAt(context.properties, "stage") ?? "") || OVER.test(context.status ?? "");
  if (source !== "resourceHealth") return false;
  const health = textAt(context.properties, "currentHealthStatus");
  return (
    /^available$/i.test(health ?? "") ||
    /\/resolved\/action$/i.test(context.operationName ?? "") ||
    /^resolved$/i.test(context.status ?? "")
  );
}

/** By Azure's clock: when the condition changed, or when the event that a stateless alert carries was written. */
function instantOf({ essentials, context }: Alert, source: SuspicionSource, state: Suspicion["state"]): string | undefined {
  const { firedDateTime, resolvedDateTime } = essentials;
  const instants = isStateful(source)
    ? [state === "cleared" ? resolvedDateTime : null, firedDateTime]
    : [context.eventTimestamp, context.submissionTimestamp, firedDateTime];
  const known = instants.map((instant) => Date.parse(instant ?? "")).find((instant) => !Number.isNaN(instant));
  return known === undefined ? undefined : new Date(known).toISOString();
}

function titleOf(alert: Alert, source: SuspicionSource): string {
  const { essentials, context } = alert;
  const { properties } = context;
  const said = {
    metricAlert: () => criterionOf(alert),
    logAlert: () => criterionOf(alert),
    activityLog: () => [context.operationName, context.status].filter((word) => word).join(" "),
    serviceHealth: () => [textAt(properties, "title"), textAt(properties, "stage") ?? context.status].filter((word) => word).join(", "),
    resourceHealth: () => [textAt(properties, "title"), textAt(properties, "currentHealthStatus")].filter((word) => word).join(", "),
    breaker: () => "",
  } satisfies Record<SuspicionSource, () => string>;
  return oneLine([essentials.alertRule ?? essentials.monitoringService, said[source]()].filter((word) => word).join(": "));
}

/** `AzureOpenAIAvailabilityRate 71.1105 LessThan 99 (gpt-4o)`: the first criterion that was met. */
function criterionOf({ context }: Alert): string {
  const criterion = context.condition?.allOf?.[0] ?? {};
  const words = ["metricName", "metricValue", "operator", "threshold"].flatMap((name) => {
    const word = criterion[name];
    return typeof word === "string" || typeof word === "number" ? [word] : [];
  });
  const narrowed = [...dimensionValues(context, "ModelDeploymentName"), ...dimensionValues(context, "BackendId")];
  return `${words.join(" ")}${narrowed.length === 0 ? "" : ` (${narrowed.join(", ")})`}`;
}
