// Answers of which nobody shall tell one from another: neither by what they say nor by when they come, whether something was done, was not
// there, or was one too many.
import { setTimeout as delay } from 'node:timers/promises';

/** They come after as many of these as they took, begun ones among them: longer than what is done for one takes. */
const STEP_MS = 50;

/** Waits until the end of the step that a call which arrived at this moment of `performance.now()` is in. */
export async function untilStep(arrivedAt: number): Promise<void> {
  const steps = Math.ceil((performance.now() - arrivedAt) / STEP_MS);
  await delay(arrivedAt + steps * STEP_MS - performance.now());
}
