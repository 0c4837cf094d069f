// Gives accounts other names, and ends them. A name that an account had stays its own: a redirect while the account lives,
// a tombstone when it was deleted. In the transaction of who knows what else hangs on it.
import { type Tx } from '@holdfast/platform/postgres/database';
import { isFreshlyProved, mayCredentials, type Actor } from '#modules/access';
import {
  accountMissing,
  credentialsForbidden,
  lastAdministrator,
  lastOwner,
  nameInvalid,
  nameReserved,
  proofNeeded,
} from './faults.ts';
import { isNamespaceName, isReservedName, type Account } from './model.ts';
import { NameStore } from './name-store.ts';
import { OwnerStore } from './owner-store.ts';
import { holdGoverned } from './owners.ts';
import { AccountReader, AccountWriter } from './store.ts';

/**
 * The account, held until the transaction ends, for who may rename or delete it: the user, or who administers the
 * organisation. Throws `account.missing`, `account.credentials-forbidden`, `org.forbidden`, `account.proof-needed`.
 */
export async function holdOwned(
  tx: Tx,
  actor: Actor,
  { kind, name, now }: { readonly kind: Account['kind']; readonly name: string; readonly now: Date },
): Promise<Account> {
  if (kind === 'org') return await holdGoverned(tx, actor, { name, now });
  const account = await new AccountReader(tx).findByName(name);
  const found = account?.kind === 'user' ? account : undefined;
  if (found === undefined && actor.kind !== 'user') throw accountMissing(name);
  // Of a user who is somebody else not even their existence is told.
  if (found === undefined || !mayCredentials(actor, found.id).allowed) throw credentialsForbidden();
  if (!isFreshlyProved(actor, now)) throw proofNeeded();
  await new OwnerStore(tx).hold(found.id);
  return found;
}

/** Gives a held account another name. Throws `account.name-invalid`, `.name-reserved`, `.name-taken`. */
export async function renameAccount(tx: Tx, account: Account, to: string): Promise<Account> {
  if (!isNamespaceName(to)) throw nameInvalid(to.slice(0, 100));
  if (isReservedName(to)) throw nameReserved(to);
  const fullname = account.fullname === account.name ? to : account.fullname;
  await new NameStore(tx).rename(account, { name: to, fullname });
  return { ...account, name: to, fullname };
}

/**
 * Ends a held account for good: nobody signs in to it, its memberships and members are gone, and its names are taken.
 * Throws `org.last-owner`, `account.last-administrator`.
 */
export async function endAccount(tx: Tx, account: Account, at: Date): Promise<void> {
  const writer = new AccountWriter(tx);
  if (account.administrator && (await writer.lockAdministrators()) <= 1) throw lastAdministrator();
  const names = new NameStore(tx);
  for (const { orgId, orgName } of await names.listOwned(account.id)) {
    const store = new OwnerStore(tx);
    const others = (await store.hold(orgId)).filter((id) => id !== account.id);
    // Others who are disabled, or lack the second factor that it asks for, administer nothing.
    const able = await store.listAble(orgId);
    const isLastAble = able.length === 1 && able[0] === account.id;
    if (others.length === 0 || isLastAble) throw lastOwner(orgName);
  }
  await names.end(account.id, at);
}
