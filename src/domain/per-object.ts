/**
 * An estate, a routing, a capacity or a deployment never changes: what is worked out of one is worked out once, because every round and
 * every decision asks it of a thousand targets.
 */
export function perObject<K extends object, T>(build: (key: K) => T): (key: K) => T {
  const built = new WeakMap<K, { readonly value: T }>();
  return (key) => {
    const known = built.get(key);
    if (known !== undefined) return known.value;
    const value = build(key);
    built.set(key, { value });
    return value;
  };
}
