// How a user is shown to the operator.
import { z } from 'zod';
import { type Account } from '#modules/identity';

/** A user, with what only the operator may see. */
export const User = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  admin: z.boolean(),
  createdAt: z.string(),
  disabledAt: z.string().nullable(),
});

/** A user for the operator. */
export function presentUser(account: Account): z.input<typeof User> {
  return {
    id: account.id,
    name: account.name,
    email: account.email,
    admin: account.administrator,
    createdAt: account.createdAt.toISOString(),
    disabledAt: account.disabledAt?.toISOString() ?? null,
  };
}
