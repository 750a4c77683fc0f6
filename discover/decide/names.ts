/** Ids for the things of an estate: as short as is unique, and as the estate's schema wants them. */

const MOST = 80;

/** For each item the first of its names that no other item has as well; one that is not unique either gets a number. */
export function uniqueIds<Item>(
  items: readonly Item[],
  namesOf: (item: Item) => readonly string[],
  taken: ReadonlySet<string> = new Set(),
): Map<Item, string> {
  const ids = new Map<Item, string>();
  const used = new Set(taken);
  const clean = (item: Item): readonly string[] => namesOf(item).map(cleaned);
  for (const item of items) {
    const free = clean(item).find(
      (name) => !used.has(key(name)) && items.every((other) => other === item || !clean(other).map(key).includes(key(name))),
    );
    const id = free ?? numbered(clean(item).at(-1) ?? "item", used);
    used.add(key(id));
    ids.set(item, id);
  }
  return ids;
}

function key(name: string): string {
  return name.toLowerCase();
}

function numbered(name: string, used: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name.slice(0, MOST - 4)}-${number}`;
    if (!used.has(key(candidate))) return candidate;
  }
}

function cleaned(name: string): string {
  return name
    .replaceAll(/[^A-Za-z0-9._-]/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, MOST);
}
