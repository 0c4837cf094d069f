// The few shapes of DER that a certificate needs (X.690). Pure. It only writes: nothing that comes from outside is read here.

/** One element: its tag, and what it holds. */
export function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  return length < 0x100 ? Buffer.from([0x81, length]) : Buffer.from([0x82, length >> 8, length & 0xff]);
}

/** A sequence. */
export function sequence(...parts: readonly Buffer[]): Buffer {
  return element(0x30, ...parts);
}

/** Tagged for its context, and made of others. */
export function tagged(number: number, ...parts: readonly Buffer[]): Buffer {
  return element(0xa0 + number, ...parts);
}

/** An integer that is not negative. */
export function integer(bytes: Buffer): Buffer {
  return element(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

/** True. */
export const TRUE = element(0x01, Buffer.from([0xff]));

/** Bytes. */
export function octets(...parts: readonly Buffer[]): Buffer {
  return element(0x04, ...parts);
}

/** Bits, of which the last `unused` do not count. */
export function bits(bytes: Buffer, unused = 0): Buffer {
  return element(0x03, Buffer.from([unused]), bytes);
}

/** A text. */
export function text(value: string): Buffer {
  return element(0x0c, Buffer.from(value));
}

/** A time, to the second. */
export function time(at: Date): Buffer {
  const digits = at.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  // RFC 5280: two digits for the year up to 2049.
  return at.getUTCFullYear() < 2050
    ? element(0x17, Buffer.from(digits.slice(2)))
    : element(0x18, Buffer.from(digits));
}

/** An object identifier, as it is written with dots. */
export function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(toBase128)]));
}

function toBase128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) bytes.unshift((left & 0x7f) | 0x80);
  return bytes;
}
