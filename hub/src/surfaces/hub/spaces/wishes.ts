// What may be asked of a Space.
import { z } from 'zod';
import { type VariableWish } from '#modules/spaces';

/** A variable as clients send it. */
export const VariableBody = z.object({
  key: z.string().max(1_000),
  value: z.string().max(100_000),
  description: z.string().max(10_000).nullish(),
});

/** The variable that is asked for. */
export function variableOf({ key, value, description }: z.output<typeof VariableBody>): VariableWish {
  return { name: key, value, description: description ?? null };
}

/** Seconds without a visitor until a program sleeps, a year at most; -1: never. */
export const SleepSeconds = z.union([z.literal(-1), z.int().min(1).max(31_536_000)]);
