/** Random choices, each by its own name: one more or one less moves no other, so that a seed means the same for long. */
import { draw } from "../traffic/random.ts";

export interface Chance {
  /** [from, to). */
  number(name: string, from: number, to: number): number;
  /** Both ends included. */
  whole(name: string, least: number, most: number): number;
  is(name: string, probability: number): boolean;
  one<const T>(name: string, items: readonly [T, ...T[]]): T;
  /** Choices of that many different items, in a random order. */
  some<T>(name: string, count: number, items: readonly T[]): T[];
  /** Choices about one thing among others. */
  of(name: string): Chance;
}

export function createChance(seed: number, about = "soak"): Chance {
  const at = (name: string): number => draw(seed, `${about}/${name}`);
  const whole = (name: string, least: number, most: number): number => least + Math.floor(at(name) * (most - least + 1));
  return {
    number: (name, from, to) => from + at(name) * (to - from),
    whole,
    is: (name, probability) => at(name) < probability,
    one: (name, items) => items[whole(name, 0, items.length - 1)] ?? items[0],
    some(name, count, items) {
      const ranked = items.map((item, index) => ({ item, rank: at(`${name}/${index}`) }));
      return ranked
        .sort((a, b) => a.rank - b.rank)
        .slice(0, count)
        .map(({ item }) => item);
    },
    of: (name) => createChance(seed, `${about}/${name}`),
  };
}
