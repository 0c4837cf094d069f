// What an owner of an organisation may lose besides their role: their account, and the second factor that it asks for. A user does not
// give up the last that an organisation has. Who runs the hub may take it from them all the same, because shutting somebody out never
// waits; then it is on the organisation's chain, and they are told, who can give it to somebody else.
import { type Id } from '@holdfast/kernel/id';
import { type Tx } from '@holdfast/platform/postgres/database';
import { operatorFields, referencesOf, type Actor } from '#modules/access';
import { record } from '#modules/ledger';
import { lastFactor } from './faults.ts';
import { NameStore } from './name-store.ts';
import { OwnerStore } from './owner-store.ts';
import { AccountWriter } from './store.ts';

/** Notes that a user has a second factor since then. In the transaction of who knows. */
export async function markSecondFactor(tx: Tx, userId: Id, at: Date): Promise<void> {
  await new AccountWriter(tx).setSecondFactor(userId, at);
}

/** An organisation that a user administers. */
export type OwnedOrg = Awaited<ReturnType<NameStore['listOwned']>>[number];

/**
 * Notes that a user has no second factor any more; gives the organisations that nobody administers now. Throws `org.last-factor`
 * where it is the user who would leave one so.
 */
export async function unmarkSecondFactor(tx: Tx, actor: Actor, userId: Id): Promise<OwnedOrg[]> {
  await new AccountWriter(tx).setSecondFactor(userId, null);
  const left = await holdOwnerless(tx, userId);
  const [first] = left;
  if (actor.kind === 'user' && first !== undefined) throw lastFactor(first.orgName);
  return left;
}

/**
 * The organisations that nobody administers, of those that this user is to; all of these are held until the transaction ends. The
 * user's own row must be held by then: nobody makes them administer another one beside this.
 */
export async function holdOwnerless(tx: Tx, userId: Id): Promise<OwnedOrg[]> {
  const store = new OwnerStore(tx);
  const left: OwnedOrg[] = [];
  for (const org of await new NameStore(tx).listOwned(userId)) {
    await store.hold(org.orgId);
    if ((await store.listAble(org.orgId)).length === 0) left.push(org);
  }
  return left;
}

/** Records of each of these that nobody administers it now, on its own chain; gives their names. */
export async function recordOwnerless(tx: Tx, actor: Actor, left: readonly OwnedOrg[]): Promise<string[]> {
  for (const { orgId } of left)
    await record(tx, {
      kind: 'org.left-ownerless',
      subject: `account:${orgId}`,
      ...referencesOf(actor),
      body: {},
      personal: operatorFields(actor),
    });
  return left.map(({ orgName }) => orgName);
}
