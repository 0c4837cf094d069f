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
  const whole = grouped.length >>> 2;
  const rest = grouped.length & 3;
  // The first groups have one byte more each, as many as there are beyond the last whole four.
  const second = whole + (rest > 0 ? 1 : 0);
  const third = second + whole + (rest > 1 ? 1 : 0);
  const fourth = third + whole + (rest > 2 ? 1 : 0);
  const words = new DataView(into.buffer, into.byteOffset, into.byteLength);
  for (let from = 0; from < whole; from += 1) {
    const low = (grouped[from] ?? 0) | ((grouped[second + from] ?? 0) << 8);
    const high = (grouped[third + from] ?? 0) | ((grouped[fourth + from] ?? 0) << 8);
    words.setUint32(from * 4, low | (high << 16), true);
  }
  for (const [group, start] of [0, second, third].entries())
    if (group < rest) into[4 * whole + group] = grouped[start + whole] ?? 0;
}
