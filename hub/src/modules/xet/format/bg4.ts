// The regrouping that precedes LZ4 for numbers of four bytes: all first bytes, then all second bytes, and so on.

/** Regroups. */
export function regroup(raw: Uint8Array): Uint8Array {
  const grouped = new Uint8Array(raw.length);
  let to = 0;
  for (let group = 0; group < 4; group += 1) {
    for (let from = group; from < raw.length; from += 4) {
      grouped[to] = raw[from] ?? 0;
      to += 1;
    }
  }
  return grouped;
}

/** Puts back into `into`, which has the same length, what `regroup` made. */
export function ungroup(grouped: Uint8Array, into: Uint8Array): void {
  const { length } = grouped;
  const whole = length >>> 2;
  const rest = length & 3;
  // The first groups have one byte more each, as many as there are beyond the last whole four.
  const second = whole + Math.min(rest, 1);
  const third = second + whole + (rest > 1 ? 1 : 0);
  const fourth = third + whole + (rest > 2 ? 1 : 0);
  for (let from = 0, to = 0; from < whole; from += 1, to += 4) {
    into[to] = grouped[from] ?? 0;
    into[to + 1] = grouped[second + from] ?? 0;
    into[to + 2] = grouped[third + from] ?? 0;
    into[to + 3] = grouped[fourth + from] ?? 0;
  }
  const starts = [0, second, third];
  for (let group = 0; group < rest; group += 1)
    into[4 * whole + group] = grouped[(starts[group] ?? 0) + whole] ?? 0;
}
