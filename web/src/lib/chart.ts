// A bar for each hour or day, as the parts of a picture. Pure.

/** One hour or day, by when it begins, and how much it holds. */
export interface Bar {
  readonly at: Date;
  /** `undefined`: not known. */
  readonly value: number | undefined;
}

/** A bar in the picture's own units. */
export interface DrawnBar extends Bar {
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

/** The picture. */
export interface Drawing {
  readonly bars: readonly DrawnBar[];
  readonly width: number;
  readonly height: number;
  readonly most: number;
  readonly total: number;
  /** Bars whose value is not known; most and total are of the others. */
  readonly unknown: number;
}

/** From one bar to the next. */
const STEP = 10;
const HEIGHT = 80;
/** What is there at all can be seen. */
const LEAST = 2;

/** Draws them, the highest as high as there is room. */
export function drawBars(bars: readonly Bar[]): Drawing {
  const known = bars.flatMap(({ value }) => value ?? []);
  const most = Math.max(0, ...known);
  const total = known.reduce((sum, value) => sum + value, 0);
  const drawn = bars.map((bar, n) => {
    const height = heightOf(bar.value, most);
    return { ...bar, x: n * STEP, y: HEIGHT - height, height };
  });
  const unknown = bars.length - known.length;
  return { bars: drawn, width: bars.length * STEP, height: HEIGHT, most, total, unknown };
}

// What is not known is drawn from the ground to the top, as a gap.
function heightOf(value: number | undefined, most: number): number {
  if (value === undefined) return HEIGHT;
  return value === 0 ? 0 : Math.max(LEAST, Math.round((value / most) * HEIGHT * 10) / 10);
}
