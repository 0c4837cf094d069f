// The grid of a QR code: what is fixed in it, and the way through the rest (ISO/IEC 18004, sections 6 and 7.7).

/** A square of modules; dark is `true`, and what is not set yet is `undefined`. */
export class Grid {
  readonly size: number;
  readonly #modules: (boolean | undefined)[];

  constructor(version: number) {
    this.size = version * 4 + 17;
    this.#modules = Array<boolean | undefined>(this.size * this.size).fill(undefined);
    this.#drawFixed(version);
  }

  /** Whether a module is dark. */
  isDark(x: number, y: number): boolean {
    return this.#modules[y * this.size + x] === true;
  }

  /** Lays the bits of the data along their way, under the first of the masks. */
  drawData(bits: readonly boolean[]): void {
    let next = 0;
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      const upwards = ((right + 1) & 2) === 0;
      for (let step = 0; step < 2 * this.size; step += 1) {
        const x = right - (step % 2);
        const row = Math.floor(step / 2);
        const y = upwards ? this.size - 1 - row : row;
        if (this.#modules[y * this.size + x] !== undefined) continue;
        this.#set(x, y, (bits[next] ?? false) !== ((x + y) % 2 === 0));
        next += 1;
      }
    }
  }

  #set(x: number, y: number, dark: boolean): void {
    if (x >= 0 && y >= 0 && x < this.size && y < this.size) this.#modules[y * this.size + x] = dark;
  }

  #drawFixed(version: number): void {
    const { size } = this;
    for (let at = 0; at < size; at += 1) {
      this.#set(6, at, at % 2 === 0);
      this.#set(at, 6, at % 2 === 0);
    }
    for (const [x, y] of [
      [3, 3],
      [size - 4, 3],
      [3, size - 4],
    ] as const)
      this.#drawFinder(x, y);
    const places = alignmentsOf(version);
    const last = places.length - 1;
    for (const [i, x] of places.entries())
      for (const [j, y] of places.entries())
        if (!((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)))
          this.#drawAlignment(x, y);
    this.#drawFormat();
    if (version >= 7) this.#drawVersion(version);
  }

  #drawFinder(cx: number, cy: number): void {
    for (let dy = -4; dy <= 4; dy += 1)
      for (let dx = -4; dx <= 4; dx += 1) {
        const ring = Math.max(Math.abs(dx), Math.abs(dy));
        this.#set(cx + dx, cy + dy, ring !== 2 && ring !== 4);
      }
  }

  #drawAlignment(cx: number, cy: number): void {
    for (let dy = -2; dy <= 2; dy += 1)
      for (let dx = -2; dx <= 2; dx += 1)
        this.#set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
  }

  // Level M and the first mask are both zero; what remains is the code that protects them, under its own mask.
  #drawFormat(): void {
    const bits = 0x5412;
    const bit = (at: number): boolean => ((bits >>> at) & 1) === 1;
    const { size } = this;
    for (let at = 0; at <= 5; at += 1) this.#set(8, at, bit(at));
    this.#set(8, 7, bit(6));
    this.#set(8, 8, bit(7));
    this.#set(7, 8, bit(8));
    for (let at = 9; at < 15; at += 1) this.#set(14 - at, 8, bit(at));
    for (let at = 0; at < 8; at += 1) this.#set(size - 1 - at, 8, bit(at));
    for (let at = 8; at < 15; at += 1) this.#set(8, size - 15 + at, bit(at));
    this.#set(8, size - 8, true);
  }

  #drawVersion(version: number): void {
    let remainder = version;
    for (let step = 0; step < 12; step += 1) remainder = (remainder << 1) ^ ((remainder >>> 11) * 0x1f25);
    const bits = (version << 12) | remainder;
    for (let at = 0; at < 18; at += 1) {
      const dark = ((bits >>> at) & 1) === 1;
      const [far, near] = [this.size - 11 + (at % 3), Math.floor(at / 3)];
      this.#set(far, near, dark);
      this.#set(near, far, dark);
    }
  }
}

function alignmentsOf(version: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  const places = [6];
  for (let place = version * 4 + 10; places.length < count; place -= step) places.splice(1, 0, place);
  return places;
}
