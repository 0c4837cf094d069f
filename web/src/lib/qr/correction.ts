// The error correction of QR codes: Reed-Solomon over GF(256) (ISO/IEC 18004, section 7.5).

function multiply(x: number, y: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((y >>> bit) & 1) * x;
  }
  return product;
}

function divisorOf(degree: number): number[] {
  const divisor = Array<number>(degree).fill(0);
  divisor[degree - 1] = 1;
  let root = 1;
  for (let step = 0; step < degree; step += 1) {
    for (let at = 0; at < degree; at += 1)
      divisor[at] = multiply(divisor[at] ?? 0, root) ^ (divisor[at + 1] ?? 0);
    root = multiply(root, 2);
  }
  return divisor;
}

/** So many bytes that correct these. */
export function correctionOf(bytes: readonly number[], count: number): number[] {
  const divisor = divisorOf(count);
  let remainder = Array<number>(count).fill(0);
  for (const byte of bytes) {
    const factor = byte ^ (remainder[0] ?? 0);
    remainder = [...remainder.slice(1), 0];
    remainder = remainder.map((one, at) => one ^ multiply(divisor[at] ?? 0, factor));
  }
  return remainder;
}
