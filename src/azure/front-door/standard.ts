import { CdnManagementClient } from "@azure/arm-cdn";
import type { TokenCredential } from "@azure/identity";
import type { CloudEndpoints, Edge } from "../../domain/estate.ts";
import type { OriginRouting } from "../../domain/routing.ts";
import type { Result } from "../../ports.ts";
import { refuse } from "../arm/failure.ts";
import { armOptions, bounded, perSubscription } from "../arm/options.ts";
import { parseResourceId } from "../arm/resource-id.ts";
import type { Origins } from "./origins.ts";

/**
 * Front Door Standard/Premium. Reads go to the origin groups and never to the profile: reading profiles is limited to 50 per 5 minutes
 * (azure-facts 13.4). There is no If-Match here (2.2): the last writer wins.
 */
export function createStandardOrigins(cloud: CloudEndpoints, credential: TokenCredential): Origins {
  const clientOf = perSubscription((subscription) => new CdnManagementClient(credential, subscription, armOptions(cloud)));

  function locate(edge: Edge): { origins: CdnManagementClient["afdOrigins"]; group: string; profile: string } {
    const id = parseResourceId(edge.resourceId);
    return { origins: clientOf(id.subscription).afdOrigins, group: id.resourceGroup, profile: id.nameOf("profiles") };
  }

  async function enabledIn(edge: Edge, originGroup: string): Promise<Map<string, boolean>> {
    const { origins, group, profile } = locate(edge);
    const enabled = new Map<string, boolean>();
    for await (const origin of origins.listByOriginGroup(group, profile, originGroup, bounded())) {
      if (origin.name !== undefined) enabled.set(origin.name.toLowerCase(), origin.enabledState !== "Disabled");
    }
    return enabled;
  }

  async function read(edge: Edge): Promise<Result<{ origins: readonly OriginRouting[] }>> {
    const groups = new Map<string, Map<string, boolean>>();
    for (const name of new Set(edge.origins.map((origin) => origin.group))) groups.set(name, await enabledIn(edge, name));
    const origins: OriginRouting[] = [];
    for (const { group, name } of edge.origins) {
      const enabled = groups.get(group)?.get(name.toLowerCase());
      if (enabled === undefined) return refuse("missing", `origin ${name} is not in origin group ${group} of ${edge.id}`);
      origins.push({ edge: edge.id, group, origin: name, enabled });
    }
    return { ok: true, origins };
  }

  async function write(edge: Edge, wanted: readonly OriginRouting[]): Promise<Result<{ operation?: string }>> {
    const { origins, group, profile } = locate(edge);
    let operation: string | undefined;
    for (const { group: originGroup, origin, enabled } of wanted) {
      const state = { enabledState: enabled ? "Enabled" : "Disabled" };
      operation = await accepted((options) => origins.beginUpdate(group, profile, originGroup, origin, state, options));
    }
    return { ok: true, ...(operation === undefined ? {} : { operation }) };
  }

  return { read, write };
}

interface FirstAnswer {
  readonly abortSignal: AbortSignal;
  onResponse(response: { status: number; headers: { get(name: string): string | undefined } }): void;
}

/**
 * Sends exactly one request and returns its operation's URL. `beginUpdate` polls at once after the first answer, so that answer aborts
 * the signal which its polls share: the poll then ends before it is sent. A refusal is the caller's; it is told by its status, because
 * the generated code passes refusals to `onResponse` too and drops the argument that says so.
 */
async function accepted(begin: (options: FirstAnswer) => Promise<unknown>): Promise<string | undefined> {
  const polling = new AbortController();
  let answer: { operation: string | undefined } | undefined;
  try {
    await begin({
      abortSignal: AbortSignal.any([polling.signal, bounded().abortSignal]),
      onResponse({ status, headers }) {
        if (status >= 300) return;
        answer ??= { operation: headers.get("azure-asyncoperation") ?? headers.get("location") };
        polling.abort();
      },
    });
  } catch (error) {
    if (answer === undefined) throw error;
  }
  return answer?.operation;
}
