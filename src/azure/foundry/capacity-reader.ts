import { CognitiveServicesManagementClient, type Deployment as ArmDeployment } from "@azure/arm-cognitiveservices";
import type { TokenCredential } from "@azure/identity";
import type { Estate } from "../../domain/estate.ts";
import type { CapacityReader } from "../../ports.ts";
import { attempt } from "../arm/failure.ts";
import { armOptions, bounded, perSubscription } from "../arm/options.ts";
import { parseResourceId } from "../arm/resource-id.ts";

/** For these, one unit of capacity is 1,000 tokens per minute; for provisioned types it is a PTU (azure-facts 4.2). */
const BY_TOKENS: ReadonlySet<string> = new Set(["Standard", "GlobalStandard", "DataZoneStandard"]);

export function createCapacityReader(estate: Estate, credential: TokenCredential): CapacityReader {
  const clientOf = perSubscription(
    (subscription) => new CognitiveServicesManagementClient(credential, subscription, armOptions(estate.cloud)),
  );
  return {
    tokensPerMinute: (deployment) =>
      attempt(async () => {
        const id = parseResourceId(deployment.resourceId);
        const { deployments } = clientOf(id.subscription);
        const found = await deployments.get(id.resourceGroup, id.nameOf("accounts"), id.nameOf("deployments"), bounded());
        return { ok: true, tokensPerMinute: tokensPerMinuteOf(found) };
      }),

    usages: (deployment) =>
      attempt(async () => {
        const usages: { name: string; allocated: number; limit: number }[] = [];
        const { usages: client } = clientOf(parseResourceId(deployment.resourceId).subscription);
        for await (const { name, currentValue, limit } of client.list(deployment.region, bounded())) {
          if (name?.value && currentValue !== undefined && limit !== undefined)
            usages.push({ name: name.value, allocated: currentValue, limit });
        }
        return { ok: true, usages };
      }),
  };
}

/** `rateLimits` first: it is what the limiter applies, but it may be missing (azure-facts 13.6). */
export function tokensPerMinuteOf({ sku, properties }: ArmDeployment): number | null {
  const rule = properties?.rateLimits?.find(({ key }) => key?.toLowerCase() === "token");
  if (rule?.count !== undefined && rule.renewalPeriod) return Math.round((rule.count * 60) / rule.renewalPeriod);
  if (sku?.capacity !== undefined && BY_TOKENS.has(sku.name)) return sku.capacity * 1000;
  return null;
}
