// Names of accounts that a restored database has lost. Whoever had one may come back, so it is kept for the account of that
// id, to which nobody can sign in until the operator lets somebody.
import { type Id } from '@holdfast/kernel/id';
import { type Tx } from '@holdfast/platform/postgres/database';
import { operatorFields, referencesOf, type Actor } from '#modules/access';
import { record } from '#modules/ledger';
import { nameInvalid } from './faults.ts';
import { isNamespaceName, type Account } from './model.ts';
import { AccountWriter } from './store.ts';

/**
 * Makes a lost account anew under its id and name: a user that is disabled and has no password, an organisation without members. Returns
 * the name; where the account is there, it has another one by now and nothing is done. Throws `account.name-invalid`, `.name-taken`.
 */
export async function takeLostName(
  tx: Tx,
  actor: Actor,
  lost: { readonly id: Id; readonly type: Account['kind']; readonly name: string; readonly at: Date },
): Promise<string> {
  const { id, type: kind, name, at } = lost;
  if (!isNamespaceName(name)) throw nameInvalid(name.slice(0, 100));
  const writer = new AccountWriter(tx);
  const there = await writer.findById(id);
  if (there !== undefined) return there.name;
  const account = { id, kind, name, fullname: name, email: null, administrator: false, createdAt: at };
  await writer.insert({ ...account, disabledAt: null }, null);
  // An organisation nobody belongs to opens nothing; and one that is disabled could not be given to anybody again.
  if (kind === 'user') await writer.setDisabled(id, at);
  await record(tx, {
    kind: kind === 'user' ? 'account.created' : 'org.created',
    subject: `account:${id}`,
    ...referencesOf(actor),
    body: { type: kind, ...(kind === 'user' && { administrator: false }), replayed: true },
    personal: { name, ...operatorFields(actor) },
  });
  return name;
}
