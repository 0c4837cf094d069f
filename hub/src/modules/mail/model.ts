// What people are told by mail. A mail carries references and plain facts; no secret, and no link that opens anything.
import { z } from 'zod';
import { type Id } from '@holdfast/kernel/id';

/** Facts by kind of mail. Names are as they were when it happened. */
export const MailFacts = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('token-issued'), token: z.string(), expires: z.string().nullable() }),
  z.object({ kind: z.literal('token-revoked'), token: z.string(), why: z.enum(['asked', 'found']) }),
  z.object({ kind: z.literal('role-changed'), organization: z.string(), role: z.string().nullable() }),
]);
export type MailFacts = z.infer<typeof MailFacts>;

/** A mail to be written. */
export interface MailWish {
  /** What happened, such as `token.revoked:<id>`: nobody is told of one event twice. */
  readonly event: string;
  readonly recipientId: Id;
  readonly facts: MailFacts;
  readonly at: Date;
}

/** A mail as it stands. */
export interface Message {
  readonly id: Id;
  readonly recipientId: Id;
  readonly facts: MailFacts;
  readonly createdAt: Date;
}
