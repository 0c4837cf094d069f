// How an organisation is shown to the operator.
import { z } from 'zod';
import { type Account } from '#modules/identity';

/** An organisation. */
export const Org = z.object({ id: z.string(), name: z.string(), createdAt: z.string() });

/** An organisation for the operator. */
export function presentOrg(account: Account): z.input<typeof Org> {
  return { id: account.id, name: account.name, createdAt: account.createdAt.toISOString() };
}
