/** An estate never changes: an index of it is built once, because every round and every decision asks it of a thousand targets. */
import type { Estate } from "./estate.ts";

export function perEstate<T>(build: (estate: Estate) => T): (estate: Estate) => T {
  const built = new WeakMap<Estate, { readonly index: T }>();
  return (estate) => {
    const known = built.get(estate) ?? { index: build(estate) };
    built.set(estate, known);
    return known.index;
  };
}
