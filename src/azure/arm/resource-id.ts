/** A parsed ARM id. Azure returns ids with changed case (`resourcegroups`, `origingroups`; azure-facts 2.2), so types match without it. */
export interface ResourceId {
  readonly subscription: string;
  readonly resourceGroup: string;
  /** The name at a type's segment, for example `nameOf("accounts")`; throws when the id has no such segment. */
  nameOf(type: string): string;
}

export function parseResourceId(id: string): ResourceId {
  const segments = id.split("/").filter((segment) => segment !== "");
  const names = new Map<string, string>();
  for (let at = 0; at + 1 < segments.length; at += 2) names.set((segments[at] ?? "").toLowerCase(), segments[at + 1] ?? "");

  function nameOf(type: string): string {
    const name = names.get(type.toLowerCase());
    if (name === undefined) throw new Error(`resource id without ${type}: ${id}`);
    return name;
  }
  return { subscription: nameOf("subscriptions"), resourceGroup: nameOf("resourceGroups"), nameOf };
}

/** The id of the parent, `levels` type/name pairs up. */
export function parentId(id: string, levels = 1): string {
  return id
    .replace(/\/+$/, "")
    .split("/")
    .slice(0, -2 * levels)
    .join("/");
}
