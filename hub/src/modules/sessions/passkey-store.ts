// The only file that speaks SQL about passkeys.
import { type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type SessionTables } from './tables.ts';

/** A passkey as it is kept. */
export type Passkey = SessionTables['sessions.passkey'];

/** Reads passkeys. */
export class PasskeyReader {
  protected readonly db: Kysely<SessionTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<SessionTables>();
  }

  async findByCredential(credential: string): Promise<Passkey | undefined> {
    return await this.db
      .selectFrom('sessions.passkey')
      .selectAll()
      .where('credential', '=', credential)
      .executeTakeFirst();
  }

  async listOfUser(userId: Id): Promise<Passkey[]> {
    return await this.db
      .selectFrom('sessions.passkey')
      .selectAll()
      .where('user_id', '=', userId)
      .orderBy('id')
      .execute();
  }
}

/** Changes passkeys, in the transaction that records the change. */
export class PasskeyWriter extends PasskeyReader {
  constructor(tx: Tx) {
    super(tx);
  }

  /** Keeps a new one. False where the device has this one here already. */
  async insert(passkey: Passkey): Promise<boolean> {
    const result = await this.db
      .insertInto('sessions.passkey')
      .values(passkey)
      .onConflict((conflict) => conflict.column('credential').doNothing())
      .executeTakeFirst();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  async remove(id: Id, userId: Id): Promise<boolean> {
    const result = await this.db
      .deleteFrom('sessions.passkey')
      .where('id', '=', id)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return result.numDeletedRows > 0n;
  }

  async touch(id: Id, counter: number, at: Date): Promise<void> {
    await this.db
      .updateTable('sessions.passkey')
      .set({ counter, used_at: at })
      .where('id', '=', id)
      .execute();
  }

  /** Takes an answer to a challenge, once: of two at the same time one is told `false`. */
  async answer(challenge: string, times: { now: Date; expiresAt: Date }): Promise<boolean> {
    await this.db.deleteFrom('sessions.answered').where('expires_at', '<', times.now).execute();
    const result = await this.db
      .insertInto('sessions.answered')
      .values({ challenge, expires_at: times.expiresAt })
      .onConflict((conflict) => conflict.column('challenge').doNothing())
      .executeTakeFirst();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  }
}
