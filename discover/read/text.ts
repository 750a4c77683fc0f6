/** Bits of Azure's answers. */

/** The host of a URL, lower-cased, or the text itself when it is a bare name; without a port. */
export function hostOf(text: string): string {
  const url = text.includes("://") ? text : `https://${text}`;
  return URL.canParse(url) ? new URL(url).hostname.toLowerCase() : text.toLowerCase();
}

/** Azure tells locations by name (`eastus2`) or by display name (`East US 2`). */
export function locationOf(text: string | undefined): string {
  return (text ?? "").toLowerCase().replaceAll(" ", "");
}

export function lastSegment(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

export function present<Item>(item: Item | undefined | null): item is Item {
  return item !== undefined && item !== null;
}
