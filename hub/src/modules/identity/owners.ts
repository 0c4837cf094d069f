// Whoever changes an organisation must administer it at that moment, and somebody must administer it afterwards.
import { type Tx } from '@holdfast/platform/postgres/database';
import { isFreshlyProved, mayGovern, type Actor } from '#modules/access';
import { accountMissing, lastOwner, orgForbidden, proofNeeded } from './faults.ts';
import { type Account } from './model.ts';
import { AccountReader } from './store.ts';
import { OwnerStore } from './owner-store.ts';

/** An organisation by name. Throws `account.missing`. */
export async function getOrg(reader: AccountReader, name: string): Promise<Account> {
  const org = await reader.findByName(name);
  if (org?.kind !== 'org') throw accountMissing(name);
  return org;
}

/** A user by name. Throws `account.missing`. */
export async function getUser(reader: AccountReader, name: string): Promise<Account> {
  const user = await reader.findByName(name);
  if (user?.kind !== 'user') throw accountMissing(name);
  return user;
}

/** An organisation, for who administers it. Throws `account.missing`, `org.forbidden`. */
export async function getGoverned(reader: AccountReader, actor: Actor, name: string): Promise<Account> {
  const org = await getOrg(reader, name);
  if (!mayGovern(actor, org.id).allowed) throw orgForbidden(org.name);
  return org;
}

/**
 * The organisation, held until the transaction ends, for who administers it. What the actor was known to be may be older
 * than the wait: whether they still administer it is asked again. Throws `account.missing`, `org.forbidden`,
 * `account.proof-needed`.
 */
export async function holdGoverned(
  tx: Tx,
  actor: Actor,
  { name, now }: { readonly name: string; readonly now: Date },
): Promise<Account> {
  const org = await getGoverned(new AccountReader(tx), actor, name);
  // No token is fresh: what protects an organisation from one that was found is not lifted by it.
  if (!isFreshlyProved(actor, now)) throw proofNeeded();
  const owners = await new OwnerStore(tx).hold(org.id);
  if (actor.kind === 'user' && !owners.includes(actor.userId)) throw orgForbidden(org.name);
  return org;
}

/** Throws `org.last-owner` where nobody who can sign in administers an organisation any more. Its row must be held. */
export async function requireOwner(tx: Tx, org: Account): Promise<void> {
  if ((await new OwnerStore(tx).countAble(org.id)) === 0) throw lastOwner(org.name);
}
