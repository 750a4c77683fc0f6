/** Azure Resource Manager ids, as far as the estate needs them. ARM compares them without regard to case. */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const RESOURCE_TYPES = {
  deployment: "Microsoft.CognitiveServices/accounts/deployments",
  gateway: "Microsoft.ApiManagement/service",
  standard: "Microsoft.Cdn/profiles",
  classic: "Microsoft.Network/frontDoors",
} as const;
export type ResourceType = (typeof RESOURCE_TYPES)[keyof typeof RESOURCE_TYPES];

/** `/subscriptions/{uuid}/resourceGroups/{name}/providers/Microsoft.Cdn/profiles/{profiles}`. */
function armIdShape(type: ResourceType): string {
  const [namespace, ...kinds] = type.split("/");
  const names = kinds.map((kind) => `${kind}/{name}`).join("/");
  return `/subscriptions/{uuid}/resourceGroups/{name}/providers/${namespace ?? ""}/${names}`;
}

/** What keeps `id` from being an id of that resource type; undefined when nothing does. */
export function armIdProblem(id: string, type: ResourceType): string | undefined {
  const shape = armIdShape(type);
  const parts = id.split("/");
  const wanted = shape.split("/");
  if (parts.length !== wanted.length) return `must have the form ${shape}`;
  for (const [index, want] of wanted.entries()) {
    const part = parts[index] ?? "";
    if (want === "{uuid}" && !UUID.test(part)) return "must name its subscription by a UUID";
    if (want === "{name}" && !/^[^\s?#%]+$/.test(part)) return `must have the form ${shape}`;
    if (!want.startsWith("{") && part.toLowerCase() !== want.toLowerCase()) return `must have the form ${shape}`;
  }
  return undefined;
}
