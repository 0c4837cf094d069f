// What comes out of a sandbox on its channel, read: the program inside is ours, but an app may have taken its place.
import { PUBLIC_KEY } from '@holdfast/kernel/sealing';
import { z } from 'zod';

/** What a sandbox tells. */
export const FromInside = z.discriminatedUnion('type', [
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
