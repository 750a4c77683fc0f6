/** As many at a time as are allowed, in order of the items; `work` must not throw. */
export async function inParallel<Item, Out>(items: readonly Item[], most: number, work: (item: Item) => Promise<Out>): Promise<Out[]> {
  const results = new Array<Out>(items.length);
  const left = items.entries();
  async function worker(): Promise<void> {
    // One iterator for all workers: each takes the next item.
    for (const [index, item] of left) results[index] = await work(item);
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  return results;
}

export function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

export function slices<Item>(items: readonly Item[], most: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / most) }, (_, index) => items.slice(index * most, (index + 1) * most));
}
