/** Which of the estate's deployments and gateways an alert is about. */
import { z } from "zod";
import type { Estate } from "../../domain/estate.ts";
import { dimensionValues, textAt, type Alert } from "./alert-schema.ts";
import { deploymentsBehind, deploymentsOf, gatewayOf, isNamed, regionsOf, targetsIn } from "./estate-names.ts";

/** Resources first, then regions: an alert that names a resource is about that one, whatever region is told beside. */
export function targetsOf(estate: Estate, alert: Alert): string[] {
  const named = resourcesOf(alert).flatMap((id) => {
    const gateway = gatewayOf(estate, id);
    return gateway === undefined ? deploymentsOf(estate, id) : [gateway.id];
  });
  const regions = namesOfRegions(alert).flatMap((name) => regionsOf(estate, name));
  const found = named.length > 0 ? named : targetsIn(estate, regions);
  return [...new Set(narrowed(estate, alert, found))];
}

/** A log alert's own target may be the workspace; then the dimension says whose log it was. */
function resourcesOf({ essentials, context }: Alert): string[] {
  return [...(essentials.alertTargetIDs ?? []), ...dimensionValues(context, "_ResourceId"), ...dimensionValues(context, "ResourceId")];
}

/** Dimensions narrow what is found; what the estate does not know by that name narrows nothing. */
function narrowed(estate: Estate, { context }: Alert, found: readonly string[]): readonly string[] {
  const backends = dimensionValues(context, "BackendId");
  const gateways = estate.gateways.filter(({ id }) => found.length === 0 || found.includes(id));
  const behind = backends.flatMap((backend) => gateways.flatMap((gateway) => deploymentsBehind(gateway, backend)));
  if (behind.length > 0) return behind;
  const models = dimensionValues(context, "ModelDeploymentName");
  const named = found.filter((id) => models.some((model) => isNamed(estate, id, model)));
  return named.length > 0 ? named : found;
}

function namesOfRegions({ context, customProperties }: Alert): string[] {
  const own = [textAt(customProperties, "region"), textAt(context.properties, "region")].flatMap((name) => name?.split(/[,;]/) ?? []);
  return [...own, ...impactedRegions(context.properties?.["impactedServices"]), ...dimensionValues(context, "Region")];
}

const ImpactedServices = z.array(
  z
    .object({
      ImpactedRegions: z.array(z.object({ RegionName: z.string() }).nullable().catch(null)).catch([]),
    })
    .nullable()
    .catch(null),
);

/** JSON within a string in real payloads, an array in those of the test action (azure-facts 5.3). */
function impactedRegions(services: unknown): string[] {
  const parsed = ImpactedServices.safeParse(typeof services === "string" ? parseJson(services) : services);
  if (!parsed.success) return [];
  return parsed.data.flatMap((service) => service?.ImpactedRegions ?? []).flatMap((region) => (region === null ? [] : [region.RegionName]));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
