// What whoever limits namespaces lends to those who take bytes in.
import { type Id } from '@holdfast/kernel/id';
import { type Tx } from '@holdfast/platform/postgres/database';

/** Keeps namespaces within what they may store. An owner is a repository, or a namespace itself. */
export interface Room {
  /**
   * Refuses beforehand what would be too many bytes; `assembled` is those of files made of chunks, which may have been
   * counted when the chunks came. Throws `quota.exceeded`.
   */
  expect(ownerId: Id, bytes: number, kind?: 'whole' | 'assembled'): Promise<void>;
  /**
   * Refuses a transaction that has just added so many bytes, if that was too much: of several at the same time the last.
   * It takes a lock; only the ledger's may follow. Throws `quota.exceeded`.
   */
  settle(tx: Tx, ownerId: Id, bytes: number): Promise<void>;
}
