// Whether an account is still as it was when its credentials were checked.
import { type Id } from '@holdfast/kernel/id';
import { type Tx } from '@holdfast/platform/postgres/database';
import { type Account } from './model.ts';
import { AccountWriter, type SignInRow } from './store.ts';

/** An account that stays as it is until the transaction ends. */
export async function holdAccount(tx: Tx, id: Id): Promise<Account | undefined> {
  return (await new AccountWriter(tx).holdSignIn(id))?.account;
}

/**
 * Whether nothing changed by which an account is signed in to, since this was read of it; holds it so until the transaction
 * ends. A check takes time, and waits its turn: a password that was changed meanwhile must open nothing.
 */
export async function isUnchanged(tx: Tx, checked: SignInRow): Promise<boolean> {
  const now = await new AccountWriter(tx).holdSignIn(checked.account.id);
  return (
    now !== undefined &&
    now.password === checked.password &&
    now.signedOutAt?.getTime() === checked.signedOutAt?.getTime() &&
    now.account.disabledAt?.getTime() === checked.account.disabledAt?.getTime()
  );
}
