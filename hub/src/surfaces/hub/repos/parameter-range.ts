// How many parameters a model is to have, as clients spell it: `min:3B,max:128B`.
import { z } from 'zod';

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, B: 1e9, T: 1e12 };

/** The range; each bound may be left out. Parameters are whole: a bound between two numbers means the one inside. */
export const ParameterRange = z
  .string()
  .max(100)
  .regex(/^(?:min:\d+(?:\.\d+)?[KMBT]?)?,?(?:max:\d+(?:\.\d+)?[KMBT]?)?$/i)
  .transform((text): { min?: number; max?: number } => {
    const bounds: { min?: number; max?: number } = {};
    for (const [, key, number, unit] of text.matchAll(/(min|max):(\d+(?:\.\d+)?)([KMBT]?)/gi)) {
      const wished = Number(number) * (UNITS[(unit ?? '').toUpperCase()] ?? 1);
      const least = key?.toLowerCase() === 'min';
      // PostgreSQL refuses a fraction, and what is more than its largest number.
      bounds[least ? 'min' : 'max'] = Math.min(
        Number.MAX_SAFE_INTEGER,
        least ? Math.ceil(wished) : Math.floor(wished),
      );
    }
    return bounds;
  });
