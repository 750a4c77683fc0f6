import { expect, it } from "vitest";
import { ALERT_VARIANTS, alertPayload, type AlertVariant } from "../../rehearsal/drill/alert-payloads.ts";
import { suspicionFromAlert } from "../../src/azure/events/alerts.ts";
import { deploymentId, gatewayId, hubToHub } from "../traffic/support.ts";

const ID = "00000000-0000-0000-0000-000000000001";
const AT = new Date("2026-01-05T00:10:00Z");

function suspicion(variant: AlertVariant, fired = true) {
  const read = suspicionFromAlert(hubToHub(), alertPayload(variant, { estate: hubToHub(), region: "eastus2", id: ID, fired, at: AT }));
  if (!read.ok) throw new Error(read.reason);
  return read.suspicion;
}

it.each(ALERT_VARIANTS)("%s is an alert about the region and nothing else, as the app reads it", (variant) => {
  const raised = suspicion(variant);
  expect(raised).toMatchObject({ state: "raised", at: AT.toISOString() });
  expect(raised.targets).not.toEqual([]);
  expect(raised.targets.filter((target) => target !== deploymentId("eastus2") && target !== gatewayId("eastus2"))).toEqual([]);
});

// What somebody did in the activity log does not end.
it.each(ALERT_VARIANTS.filter((variant) => variant !== "activity"))("%s is over when it is resolved, under the same key", (variant) => {
  expect(suspicion(variant, false)).toMatchObject({ state: "cleared", key: suspicion(variant).key });
});
