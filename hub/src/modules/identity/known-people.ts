// What is written for people whom the operator's issuer knows, in the transaction of who asked it.
import { type Clock } from '@holdfast/kernel/clock';
import { newId, type Id } from '@holdfast/kernel/id';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Tx } from '@holdfast/platform/postgres/database';
import { type Role } from '#modules/access';
import { record } from '#modules/ledger';
import { writeMail } from '#modules/mail';
import { nameTaken } from './faults.ts';
import { MemberReader } from './member-store.ts';
import { isNamespaceName, isReservedName, type Account } from './model.ts';
import { OwnerStore } from './owner-store.ts';
import { AccountWriter } from './store.ts';

/** What a user is to be in an organisation; `null` is no member. */
export interface MembershipWish {
  readonly org: Account;
  readonly userId: Id;
  readonly role: Role | null;
}

/** The first of these names that somebody may have. Throws `account.name-taken` where there is none. */
export async function pickFreeName(tx: Tx, names: readonly string[]): Promise<string> {
  const reader = new MemberReader(tx);
  for (const name of names)
    if (isNamespaceName(name) && !isReservedName(name) && (await reader.isFree(name))) return name;
  throw nameTaken(names[0] ?? '');
}

/**
 * Holds a user and organisations until the transaction ends, for who changes several memberships. Each change is told to all hubs, by a
 * row that others want behind an organisation: who held that and then waited for another organisation would wait in a circle.
 */
export async function holdMemberships(tx: Tx, userId: Id, orgIds: Iterable<Id>): Promise<void> {
  await new AccountWriter(tx).holdSignIn(userId);
  await holdOrgs(tx, orgIds);
}

/** The organisations alone, for somebody who is made in this transaction: nobody else can hold them. */
export async function holdOrgs(tx: Tx, orgIds: Iterable<Id>): Promise<void> {
  const owners = new OwnerStore(tx);
  for (const orgId of [...new Set(orgIds)].sort()) await owners.hold(orgId);
}

/** Has a membership be as it is to be, and tells the user. `false` where the last administrator would be none any more. */
export async function changeMembership(
  tx: Tx,
  { clock, epochs }: { readonly clock: Clock; readonly epochs: Epochs },
  { org, userId, role }: MembershipWish,
): Promise<boolean> {
  const reader = new MemberReader(tx);
  if ((await reader.findRole(org.id, userId)) === (role ?? undefined)) return true;
  const writer = new AccountWriter(tx);
  await writer.holdSignIn(userId);
  const owners = new OwnerStore(tx);
  await owners.hold(org.id);
  // As it is now: while this waited, the organisation may have been given to them.
  const before = await reader.findRole(org.id, userId);
  if (before === (role ?? undefined)) return true;
  if (before === 'admin' && !(await owners.listAble(org.id)).some((id) => id !== userId)) return false;
  if (role === null) await writer.removeMembership(org.id, userId);
  else await writer.putMembership(org.id, userId, role);
  await epochs.advance(tx, 'identity');
  const at = clock.now();
  const facts = { kind: 'role-changed', organization: org.name, role } as const;
  await writeMail(tx, { event: `role.changed:${newId(at)}`, recipientId: userId, facts, at });
  await record(tx, {
    kind: role === null ? 'org.member-removed' : 'org.member-set',
    subject: `account:${org.id}`,
    actor: 'system:sign-on',
    credential: '',
    body: { user: userId, ...(role !== null && { role }) },
  });
  return true;
}
