/** The two scopes by which Resource Manager lists a type of resource: a subscription and a resource group. */
import type { Reply } from "../http.ts";
import type { Platform } from "../platform.ts";
import type { Params } from "../routing.ts";
import { armRoute, type ArmRoute } from "./arm.ts";
import { armError } from "./arm-errors.ts";

/** `/subscriptions/…` and `/subscriptions/…/resourceGroups/…` of everything that stands here, lower-cased. */
export type Scopes = ReadonlySet<string>;

interface Listed {
  readonly resourceId: string;
}

export function scopesOf({ services, accounts, frontDoors, applicationGateways = [] }: Platform): Scopes {
  const groups = [...services, ...accounts, ...frontDoors, ...applicationGateways].map(({ resourceId }) => groupOf(resourceId));
  return new Set(groups.flatMap((group) => [group, group.split("/resourcegroups/")[0] ?? ""]));
}

export interface Listing<Item extends Listed> {
  readonly scopes: Scopes;
  /** `Microsoft.ApiManagement/service` */
  readonly type: string;
  readonly items: readonly Item[];
  readonly body: (item: Item, at: number) => unknown;
  readonly refusal?: (at: number) => Reply | undefined;
}

export function listRoutes<Item extends Listed>({ scopes, type, items, body, refusal }: Listing<Item>): readonly ArmRoute[] {
  const provider = type.split("/")[0] ?? "";
  const route = (scope: string): ArmRoute =>
    armRoute({ provider }, "GET", `${scope}/providers/${type}`, ({ params, at }) => {
      const refused = missingScope(scopes, params) ?? refusal?.(at);
      if (refused) return refused;
      const wanted = scopeOf(params);
      const found = items.filter(({ resourceId }) => `${groupOf(resourceId)}/`.startsWith(`${wanted}/`));
      return { status: 200, body: { value: found.map((item) => body(item, at)) } };
    });
  return [route("/subscriptions/{subscription}"), route("/subscriptions/{subscription}/resourceGroups/{group}")];
}

function missingScope(scopes: Scopes, params: Params): Reply | undefined {
  const { subscription = "", group = "" } = params;
  if (!scopes.has(`/subscriptions/${subscription}`.toLowerCase()))
    return armError(404, "SubscriptionNotFound", `The subscription '${subscription}' could not be found.`);
  if (!scopes.has(scopeOf(params))) return armError(404, "ResourceGroupNotFound", `Resource group '${group}' could not be found.`);
  return undefined;
}

function scopeOf({ subscription = "", group }: Params): string {
  return `/subscriptions/${subscription}${group === undefined ? "" : `/resourceGroups/${group}`}`.toLowerCase();
}

function groupOf(resourceId: string): string {
  return (resourceId.split(/\/providers\//i)[0] ?? "").toLowerCase();
}
