// Numbers that look random and are the same in every run, so that two runs ask the same of the same hub.

/** A source of numbers from 0 up to, but without, 1. */
export type Random = () => number;

/** A source that depends on the seed alone (mulberry32). */
export function openRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of the values. */
export function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}

/** Picks values so that the nth is met about 1/n as often as the first: the distribution of words, tags and fame. */
export function zipf<T>(values: readonly T[]): (random: Random) => T {
  const sums: number[] = [];
  let sum = 0;
  for (const rank of values.keys()) sums.push((sum += 1 / (rank + 1)));
  return (random) => {
    const wanted = random() * sum;
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) > wanted) high = middle;
      else low = middle + 1;
    }
    const value = values[low];
    if (value === undefined) throw new RangeError('nothing to pick from');
    return value;
  };
}
