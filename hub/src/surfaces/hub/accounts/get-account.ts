// Finds the account that a path names.
import { type Actor } from '#modules/access';
import { accountMissing, type Account, type Identity } from '#modules/identity';
import { listSignInNeeded } from '#modules/repos';

/** The account, for callers who may know of accounts. Throws `account.missing`, `repo.list-sign-in-needed`. */
export async function getAccount(
  identity: Identity,
  actor: Actor,
  wish: { kind: Account['kind']; name: string },
): Promise<Account> {
  if (actor.kind === 'anonymous' && !actor.mayReadPublic) throw listSignInNeeded();
  const account = await identity.findByName(wish.name);
  if (account?.kind !== wish.kind) throw accountMissing(wish.name.slice(0, 100));
  return account;
}
