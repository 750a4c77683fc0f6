/**
 * Random numbers keyed by what they decide instead of drawn from a stream: the same seed, purpose and keys always give the same
 * number, however many other draws were made before. So two modes of a drill see the same requests with the same luck.
 * The hash is murmur3's 32-bit one (public domain, Austin Appleby), over whole-number keys.
 */
export function draw(seed: number, purpose: string, ...keys: readonly number[]): number {
  let hash = seed >>> 0;
  for (let index = 0; index < purpose.length; index++) hash = stir(hash, purpose.charCodeAt(index));
  for (const key of keys) {
    hash = stir(hash, key >>> 0);
    hash = stir(hash, Math.floor(key / 2 ** 32) >>> 0);
  }
  return finish(hash) / 2 ** 32;
}

/** A draw from the standard normal distribution (Box-Muller). */
export function drawNormal(seed: number, purpose: string, ...keys: readonly number[]): number {
  const radius = Math.sqrt(-2 * Math.log(1 - draw(seed, `${purpose}/radius`, ...keys)));
  return radius * Math.cos(2 * Math.PI * draw(seed, `${purpose}/angle`, ...keys));
}

function stir(hash: number, key: number): number {
  const scrambled = Math.imul(key, 0xcc9e2d51);
  const mixed = hash ^ Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
