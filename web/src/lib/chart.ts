// A bar for each hour or day, as the parts of a picture. Pure.

/** One hour or day, by when it begins, and how much it holds. */
export interface Bar {
  readonly at: Date;
  readonly value: number;
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
}

/** From one bar to the next. */
const STEP = 10;
const HEIGHT = 80;
/** What is there at all can be seen. */
const LEAST = 2;

/** Draws them, the highest as high as there is room. */
export function drawBars(bars: readonly Bar[]): Drawing {
  const most = Math.max(0, ...bars.map(({ value }) => value));
  const total = bars.reduce((sum, { value }) => sum + value, 0);
  const drawn = bars.map((bar, n) => {
    const height = bar.value === 0 ? 0 : Math.max(LEAST, Math.round((bar.value / most) * HEIGHT * 10) / 10);
    return { ...bar, x: n * STEP, y: HEIGHT - height, height };
  });
  return { bars: drawn, width: bars.length * STEP, height: HEIGHT, most, total };
}
