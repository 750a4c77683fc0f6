/**
 * Integer weights from shares, by largest remainder.
 * Every result is an integer from 1 to 100 and the results add up to `total`.
 */
export function apportion(shares: readonly number[], total = 100): number[] {
  if (shares.length === 0) return [];
  if (shares.length > total) throw new Error(`${shares.length} members cannot share a total weight of ${total}`);
  if (shares.some((share) => !(share >= 0) || !Number.isFinite(share))) throw new Error("A share must be a finite number of at least 0");
  const sum = shares.reduce((a, b) => a + b, 0);
  // One each is set aside first, so that a small share is never rounded down to "absent".
  const free = total - shares.length;
  const wanted = shares.map((share) => (sum === 0 ? free / shares.length : Math.max(0, (share / sum) * total - 1)));
  const wantedSum = wanted.reduce((a, b) => a + b, 0);
  const scaled = wanted.map((value) => (wantedSum === 0 ? 0 : (value / wantedSum) * free));
  const floors = scaled.map(Math.floor);
  const order = scaled
    .map((value, index) => ({ index, remainder: value - (floors[index] ?? 0) }))
    .sort((a, b) => b.remainder - a.remainder);
  let left = free - floors.reduce((a, b) => a + b, 0);
  const result = floors.map((value) => value + 1);
  for (const { index } of order) {
    if (left === 0) break;
    result[index] = (result[index] ?? 0) + 1;
    left -= 1;
  }
  return result;
}
