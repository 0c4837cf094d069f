// What the hub answers to the admin commands; only the members that are shown.
import { z } from 'zod';

const Moment = z.string().nullish();

/** A user as `admin user list` shows one. */
export const User = z.object({
  name: z.string(),
  email: z.string().nullish(),
  admin: z.boolean().optional(),
  createdAt: Moment,
  disabledAt: Moment,
});
/** A user just made, with the password, once. */
export const CreatedUser = z.object({ name: z.string(), password: z.string().optional() });
/** A password just made, once. */
export const NewPassword = z.object({ password: z.string() });
/** What was taken away: in the database, or on the hub's own disk until that is back. */
export const Removed = z.object({ recorded: z.boolean() });
/** What nobody administers any more. */
export const Ownerless = z.object({ ownerless: z.array(z.string()).default([]) });
/** An organisation. */
export const Org = z.object({ name: z.string(), createdAt: Moment });
/** What an organisation asks of its members and their tokens. */
export const OrgPolicy = z.object({
  requiresSecondFactor: z.boolean(),
  refusesClassic: z.boolean(),
  approvesTokens: z.boolean(),
  mostTokenDays: z.number().nullable(),
  privateByDefault: z.boolean(),
});
/** What a namespace stores and may store, in bytes; a limit that is `null` is none. */
export const Usage = z.object({
  name: z.string(),
  used: z.number(),
  stored: z.number(),
  limit: z.number().nullable(),
  own: z.boolean(),
});
/** Mail that is kept. */
export const KeptMail = z.object({
  to: z.string(),
  state: z.string(),
  problem: z.string(),
  createdAt: z.string(),
  subject: z.string(),
});
/** What `fsck` tells while it runs. */
export const FsckEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('looking'), at: z.string(), count: z.number() }),
  z.object({ event: z.literal('looked'), at: z.string(), count: z.number() }),
  z.object({
    event: z.literal('problem'),
    severity: z.enum(['damage', 'note']),
    where: z.string(),
    what: z.string(),
    remedy: z.string(),
  }),
  // Nothing new, but it goes on.
  z.object({ event: z.literal('waiting') }),
  z.object({ event: z.literal('end') }),
]);
export type FsckEvent = z.infer<typeof FsckEvent>;
/** A token just issued, with its text, once. */
export const CreatedToken = z.object({ id: z.string(), token: z.string() });
/** A token as a list shows it, never its text. */
export const Token = z.object({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  createdAt: Moment,
  expiresAt: Moment,
  revokedAt: Moment,
  lastUsedAt: Moment,
  lastAddress: z.string().nullish(),
  scopes: z.array(z.string()).default([]),
  addresses: z.array(z.string()).nullish(),
  used: z.array(z.string()).default([]),
});
/** A token as an organisation that it reaches sees it. */
export const OrgToken = Token.pick({
  id: true,
  name: true,
  role: true,
  scopes: true,
  expiresAt: true,
}).extend({
  owner: z.string(),
  reach: z.string(),
  lastUsedAt: Moment,
  lastAddress: z.string().nullish(),
  lastClient: z.string().nullish(),
});
