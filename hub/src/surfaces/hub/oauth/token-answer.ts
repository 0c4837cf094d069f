// What the token endpoint answers (RFC 6749, 5).
import { z } from 'zod';

/** A token, or why there is none. */
export const TokenAnswer = z.union([
  z.object({
    access_token: z.string(),
    token_type: z.literal('bearer'),
    expires_in: z.number().optional(),
    refresh_token: z.string().optional(),
    id_token: z.string().optional(),
    scope: z.string(),
  }),
  z.object({ error: z.string(), error_description: z.string() }),
]);
export type TokenAnswer = z.input<typeof TokenAnswer>;

/** Answers without a token. */
export type Refuse = (error: string, why: string) => TokenAnswer;
