// What people are told by mail. A mail carries references and plain facts; no secret. The link that makes an account is computed when
// the mail is sent; no other link opens anything.
import { z } from 'zod';
import { sha256, type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';

/** From where something was done: the address, and what the program there calls itself. */
const Place = { address: z.string(), client: z.string(), at: z.string() };

/** Facts by kind of mail. Names are as they were when it happened. */
export const MailFacts = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('signed-in'), ...Place }),
  z.object({ kind: z.literal('token-issued'), token: z.string(), expires: z.string().nullable() }),
  z.object({
    kind: z.literal('token-revoked'),
    token: z.string(),
    why: z.enum(['asked', 'operator', 'found']),
    /** What whoever revoked it gave as their reason. */
    reason: z.string().optional(),
  }),
  z.object({ kind: z.literal('token-used'), token: z.string(), ...Place }),
  z.object({ kind: z.literal('token-pushed'), token: z.string() }),
  z.object({ kind: z.literal('application-authorized'), application: z.string() }),
  z.object({
    kind: z.literal('token-reach'),
    token: z.string(),
    organization: z.string(),
    state: z.enum(['approved', 'ended']),
  }),
  z.object({
    kind: z.literal('secret-echoed'),
    secret: z.string(),
    space: z.string(),
    host: z.string(),
  }),
  z.object({ kind: z.literal('role-changed'), organization: z.string(), role: z.string().nullable() }),
  z.object({ kind: z.literal('administrator-changed'), administrator: z.boolean() }),
  /** To who has no account yet. */
  z.object({ kind: z.literal('sign-up'), invitation: z.string() }),
  z.object({ kind: z.literal('sign-up-tried'), ...Place }),
]);
export type MailFacts = z.infer<typeof MailFacts>;

/** Languages that mail is written in. */
export const LANGUAGES = ['en', 'pt'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A mail to be written. */
export interface MailWish {
  /** What happened, such as `token.revoked:<id>`: nobody is told of one event twice. */
  readonly event: string;
  /** An account, or a sign-up. */
  readonly recipientId: Id;
  readonly facts: MailFacts;
  readonly at: Date;
}

/** What became of a mail. `given-up`: it could not be sent for so long that it is no news any more. */
export type MailState = 'waiting' | 'sent' | 'refused' | 'given-up';

/** A mail as it stands. */
export interface Message {
  readonly id: Id;
  readonly event: string;
  readonly recipientId: Id;
  readonly facts: MailFacts;
  readonly createdAt: Date;
  readonly state: MailState;
  /** Why it was not sent; empty where nothing went wrong. */
  readonly problem: string;
  /** How often it was tried. */
  readonly tries: number;
}

/** One key for each event and recipient, the same for every try: by it a mail that came twice is known for one. */
export function keyOf({ event, recipientId }: Pick<Message, 'event' | 'recipientId'>): Sha256 {
  return sha256(`holdfast-mail/${recipientId}/${event}`);
}

const SECOND = 1_000;
const FIRST_PAUSE_MS = 10 * SECOND;
const LONGEST_PAUSE_MS = 3_600 * SECOND;
/** What could not be sent for so long is no news any more (as RFC 5321, 4.5.4.1, has it: four to five days). */
export const GIVE_UP_AFTER_MS = 4 * 86_400 * SECOND;

/** How long to wait after the n-th try in vain: a mail server that greylists wants minutes, one that is down hours. */
export function pauseAfter(tries: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, tries - 1));
}
