// What comes out of a sandbox on its channel, read: the program inside is ours, but an app may have taken its place.
import { PUBLIC_KEY } from '@holdfast/kernel/sealing';
import { z } from 'zod';

const FromInside = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listening') }),
  z.object({ type: z.literal('key'), key: z.string().regex(PUBLIC_KEY) }),
  z.object({ type: z.literal('opened') }),
  z.object({
    type: z.literal('exited'),
    code: z.int().min(0).max(255).nullable(),
    signal: z
      .string()
      .regex(/^SIG[A-Z0-9]{1,12}$/)
      .nullable(),
  }),
]);

/** One word of the program inside. */
export type InsideWord = z.infer<typeof FromInside>;

/**
 * The words of one sandbox. The program inside says each once at most, and nothing else: what comes besides comes from who took its place,
 * and each word that was passed on as often as it comes would be a way to have others write without end.
 */
export class InsideWords {
  readonly #heard = new Set<string>();

  /** The word that this frame is; `undefined` where the program inside would not say it. */
  take(frame: unknown): InsideWord | undefined {
    const word = FromInside.safeParse(frame).data;
    if (word === undefined || this.#heard.has(word.type)) return undefined;
    this.#heard.add(word.type);
    return word;
  }
}
