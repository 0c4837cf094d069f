// SHA-256 (FIPS 180-4) of bytes that come piece by piece. Browsers have it for bytes that are all in memory, and for pages with
// https alone; files that are uploaded may be larger than memory. Pure.

/** The first bits of the fractional parts of the roots of the first primes, which the standard takes its constants from. */
const K = constants(64, (prime) => Math.cbrt(prime));
const FIRST = constants(8, (prime) => Math.sqrt(prime));
const BLOCK = 64;

/** Gathers bytes, and gives their digest. */
export class Sha256 {
  readonly #state = Int32Array.from(FIRST);
  readonly #words = new Int32Array(64);
  readonly #block = new Uint8Array(BLOCK);
  readonly #blockView = new DataView(this.#block.buffer);
  #filled = 0;
  #length = 0;

  /** Adds bytes. */
  add(bytes: Uint8Array): void {
    this.#length += bytes.length;
    let at = 0;
    if (this.#filled > 0) {
      at = Math.min(BLOCK - this.#filled, bytes.length);
      this.#block.set(bytes.subarray(0, at), this.#filled);
      this.#filled += at;
      if (this.#filled < BLOCK) return;
      this.#compress(this.#blockView, 0);
      this.#filled = 0;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (; at + BLOCK <= bytes.length; at += BLOCK) this.#compress(view, at);
    this.#block.set(bytes.subarray(at));
    this.#filled = bytes.length - at;
  }

  /** The digest in hex; nothing can be added behind it. */
  end(): string {
    const length = this.#length;
    const padding = new Uint8Array((this.#filled < 56 ? 56 : 120) - this.#filled + 8);
    padding[0] = 0x80;
    new DataView(padding.buffer).setBigUint64(padding.length - 8, BigInt(length) * 8n);
    this.add(padding);
    return [...this.#state].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }

  #compress(view: DataView, at: number): void {
    const [w, s] = [this.#words, this.#state];
    for (let index = 0; index < 16; index += 1) w[index] = view.getInt32(at + index * 4);
    for (let index = 16; index < 64; index += 1) {
      const [x, y] = [w[index - 15] as number, w[index - 2] as number];
      const small = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const large = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[index] = ((w[index - 16] as number) + small + (w[index - 7] as number) + large) | 0;
    }
    round(s, w);
  }
}

function round(s: Int32Array, w: Int32Array): void {
  let [a, b, c, d] = [s[0] as number, s[1] as number, s[2] as number, s[3] as number];
  let [e, f, g, h] = [s[4] as number, s[5] as number, s[6] as number, s[7] as number];
  for (let index = 0; index < 64; index += 1) {
    const upper = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const first = (h + upper + ((e & f) ^ (~e & g)) + (K[index] as number) + (w[index] as number)) | 0;
    const lower = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const second = (lower + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries())
    s[index] = ((s[index] as number) + word) | 0;
}

function constants(count: number, root: (prime: number) => number): Int32Array {
  const primes: number[] = [];
  for (let one = 2; primes.length < count; one += 1)
    if (primes.every((prime) => one % prime !== 0)) primes.push(one);
  return Int32Array.from(primes, (prime) => Math.floor((root(prime) % 1) * 2 ** 32) | 0);
}
