// Puts mail aside in the transaction of what it tells of: it is there once that has happened, and never if it did not.
import { newId } from '@holdfast/kernel/id';
import { type Tx } from '@holdfast/platform/postgres/database';
import { type MailWish } from './model.ts';
import { MailWriter } from './store.ts';

/** Writes a mail to an account. Of an event nobody is told twice. */
export async function writeMail(tx: Tx, wish: MailWish): Promise<void> {
  await new MailWriter(tx).insert(newId(wish.at), wish);
}
