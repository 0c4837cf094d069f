// Whoever changes an organisation must administer it at that moment, and somebody who reaches it must administer it afterwards. What
// an owner needs for that is of two rows, their own and the organisation's: who writes either holds the user first and then
// organisations in the order of their ids, so that of two who go at once the second sees the first, and neither waits in a circle.
import { type Id } from '@holdfast/kernel/id';
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
  const store = new OwnerStore(tx);
  await store.hold(org.id);
  if (actor.kind === 'user' && !(await store.listAble(org.id)).includes(actor.userId))
    throw orgForbidden(org.name);
  return org;
}

/**
 * Throws `org.last-owner` where one of those who administered an organisation does no more, and nobody who is left reaches it. Its row
 * must be held. Where nobody reached it before, who runs the hub can still mend it, and take others out.
 */
export async function requireOwner(tx: Tx, org: Account, before: readonly Id[]): Promise<void> {
  const store = new OwnerStore(tx);
  if ((await store.listAble(org.id)).length > 0) return;
  const left = new Set(await store.listOwners(org.id));
  if (before.some((id) => !left.has(id))) throw lastOwner(org.name);
}
