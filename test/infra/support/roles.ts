/** Azure's access control, as far as the app meets it: which role allows what, where it is assigned, and what a call needs. */
import { z } from "zod";
import { lastName, ofType, type Platform } from "./platform.ts";

/** Actions of the built-in roles (azure-facts 8, and Microsoft's list of built-in roles). */
const BUILT_IN: Readonly<Record<string, { readonly name: string; readonly actions: readonly string[] }>> = {
  "43d0d8ad-25c7-4714-9337-8ba259a9fe05": {
    name: "Monitoring Reader",
    actions: ["*/read", "Microsoft.OperationalInsights/workspaces/search/action", "Microsoft.Support/*"],
  },
  "73c42c96-874c-492b-b04d-ab87d138a893": {
    name: "Log Analytics Reader",
    actions: [
      "*/read",
      "Microsoft.OperationalInsights/workspaces/analytics/query/action",
      "Microsoft.OperationalInsights/workspaces/search/action",
      "Microsoft.Support/*",
    ],
  },
  "bba48692-92b0-4667-a9ad-c31c7b334ac2": {
    name: "Cognitive Services Usages Reader",
    actions: ["Microsoft.CognitiveServices/locations/usages/read"],
  },
  "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd": { name: "Cognitive Services OpenAI User", actions: ["Microsoft.CognitiveServices/*/read"] },
  "3913510d-42f4-4e42-8a64-420c390055eb": { name: "Monitoring Metrics Publisher", actions: [] },
  "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": { name: "Storage Blob Data Owner", actions: [] },
  "974c5e8b-45b9-4653-ba55-5f855dd0fb88": { name: "Storage Queue Data Contributor", actions: [] },
  "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": { name: "Storage Table Data Contributor", actions: [] },
  "4633458b-17de-408a-b874-0445c86b69e6": { name: "Key Vault Secrets User", actions: [] },
};

const Role = z.object({
  permissions: z.tuple([
    z.strictObject({
      actions: z.array(z.string()),
      notActions: z.array(z.string()),
      dataActions: z.array(z.string()),
      notDataActions: z.array(z.string()),
    }),
  ]),
});
const Assignment = z.object({ roleDefinitionId: z.string(), principalId: z.string() });

export type Permissions = z.infer<typeof Role>["permissions"][0];

export function customRoles(platform: Platform): readonly { readonly id: string; readonly permissions: Permissions }[] {
  return ofType(platform, "Microsoft.Authorization/roleDefinitions").map(({ id, properties }) => ({
    id,
    permissions: Role.parse(properties).permissions[0],
  }));
}

export interface Grant {
  readonly role: string;
  readonly actions: readonly string[];
  readonly scope: string;
  /** Id of the resource whose identity holds it. */
  readonly holder: string;
}

/** The name of an assignment follows from what only Azure knows, so its id is an expression that begins with its scope. */
function scopeOf(id: string): string {
  const scope = /^\[(\w+)\((.*?), 'Microsoft.Authorization\/roleAssignments'/.exec(id);
  const [first, group] = [...(scope?.[2] ?? "").matchAll(/'([^']+)'/g)].map(([, text]) => text);
  if (scope?.[1] === "extensionResourceId" && first !== undefined) return first;
  if (scope?.[1] === "subscriptionResourceId") return `/subscriptions/${first}`;
  if (scope?.[1] !== "resourceId" || group === undefined) throw new Error(`no scope in ${id}`);
  return `/subscriptions/${first}/resourceGroups/${group}`;
}

/** Every role assignment of the platform. A role that is neither built in and known here nor the platform's own throws. */
export function grants(platform: Platform): readonly Grant[] {
  const own = new Map(
    customRoles(platform).map(({ id, permissions }) => [lastName(id), { name: "actuator", actions: permissions.actions }]),
  );
  return ofType(platform, "Microsoft.Authorization/roleAssignments").map(({ id, properties }) => {
    const { roleDefinitionId, principalId } = Assignment.parse(properties);
    const role = own.get(lastName(roleDefinitionId)) ?? BUILT_IN[lastName(roleDefinitionId)];
    if (role === undefined) throw new Error(`${roleDefinitionId} is not a known role`);
    const holder = /^\[reference\('([^']+)'/.exec(principalId)?.[1] ?? principalId;
    return { role: role.name, actions: role.actions, scope: scopeOf(id), holder };
  });
}

/** `*` stands for anything, slashes included; case does not count. */
export function allows(pattern: string, action: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.\\/]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "i").test(action);
}

const VERBS: Readonly<Record<string, string>> = { GET: "read", PUT: "write", PATCH: "write", DELETE: "delete" };

export interface Needed {
  readonly action: string;
  readonly scope: string;
}

/** A call under `…/providers/{namespace}/{type}/{name}…` needs the action of its type, at its own id or anything above. */
export function neededFor(method: string, path: string): Needed {
  const at = path.toLowerCase().lastIndexOf("/providers/");
  const [namespace = "", ...rest] = path.slice(at + "/providers/".length).split("/");
  const verb = VERBS[method];
  if (at < 0 || verb === undefined) throw new Error(`no action is known for ${method} ${path}`);
  return { action: [namespace, ...rest.filter((_, index) => index % 2 === 0), verb].join("/"), scope: path };
}

export function covers({ actions, scope }: Grant, needed: Needed): boolean {
  const within = `${needed.scope}/`.toLowerCase().startsWith(`${scope}/`.toLowerCase());
  return within && actions.some((pattern) => allows(pattern, needed.action));
}
