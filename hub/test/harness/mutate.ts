// Damages bytes at random, but repeatably: what a hostile sender would try, many times a second.

/** Gives whole numbers from 0 up to, but without, its argument. */
export type Random = (below: number) => number;

/** The same numbers for the same seed (xorshift32). */
export function seededRandom(seed: number): Random {
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * below);
  };
}

/** A damaged copy. `fields` are the offsets of numbers: lengths, counts and flags, which are overwritten most often. */
export function mutate(bytes: Uint8Array, fields: readonly number[], random: Random): Buffer {
  let result: Buffer = Buffer.from(bytes);
  for (let left = 1 + random(3); left > 0; left -= 1) result = mutateOnce(result, fields, random);
  return result;
}

function mutateOnce(bytes: Buffer, fields: readonly number[], random: Random): Buffer {
  const at = random(bytes.length + 1);
  const end = Math.min(bytes.length, at + random(100));
  switch (random(10)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), randomBuffer(random(50), random), bytes.subarray(at)]);
    case 4:
    case 5:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      return bytes;
    default:
      overwrite(bytes, fields[random(fields.length)] ?? at, random);
      return bytes;
  }
}

/** Puts nothing, everything, anything, or one more or less, into one to four bytes. */
function overwrite(bytes: Buffer, at: number, random: Random): void {
  const width = 1 + random(4);
  if (at + width > bytes.length) return;
  const most = 2 ** (8 * width) - 1;
  const before = bytes.readUIntLE(at, width);
  const values = [0, most, random(most + 1), Math.max(0, before - 1), Math.min(most, before + 1)];
  bytes.writeUIntLE(values[random(values.length)] ?? 0, at, width);
}

function randomBuffer(length: number, random: Random): Buffer {
  return Buffer.from(Array.from({ length }, () => random(256)));
}
