// The only file that speaks SQL about device logins.
import { sql, type Kysely } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Grant } from '#modules/access';
import { type TokenTables } from './tables.ts';

/** A device login as it stands. */
export type DeviceLogin = TokenTables['tokens.device_login'];

/** Reads device logins. */
export class DeviceReader {
  protected readonly db: Kysely<TokenTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<TokenTables>();
  }

  /** One that waits for its person. */
  async findWaiting(userCode: string, now: Date): Promise<DeviceLogin | undefined> {
    return await this.db
      .selectFrom('tokens.device_login')
      .selectAll()
      .where('user_code', '=', userCode)
      .where('state', '=', 'waiting')
      .where('expires_at', '>', now)
      .executeTakeFirst();
  }

  async countAll(): Promise<number> {
    const row = await this.db
      .selectFrom('tokens.device_login')
      .select((e) => e.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    return row.n;
  }
}

/** Changes device logins. */
export class DeviceWriter extends DeviceReader {
  constructor(tx: Tx) {
    super(tx);
  }

  async insert(
    login: Omit<DeviceLogin, 'polled_at' | 'state' | 'user_id' | 'session_id' | 'grant_'>,
  ): Promise<void> {
    const waiting = {
      polled_at: null,
      state: 'waiting' as const,
      user_id: null,
      session_id: null,
      grant_: null,
    };
    await this.db
      .insertInto('tokens.device_login')
      .values({ ...login, ...waiting })
      .execute();
  }

  /** The login of what a program holds, held until the transaction ends: it is used once. */
  async lock(digest: Sha256): Promise<DeviceLogin | undefined> {
    return await this.db
      .selectFrom('tokens.device_login')
      .selectAll()
      .where('digest', '=', digest)
      .forUpdate()
      .executeTakeFirst();
  }

  /** Answers a login that waits. Returns whether it did: whoever answers first has answered. */
  async answer(
    id: Id,
    by: { user: Id; session: Id; grant: Grant | null; mac: Buffer | null },
  ): Promise<boolean> {
    const result = await this.db
      .updateTable('tokens.device_login')
      .set({
        state: by.grant === null ? 'denied' : 'approved',
        user_id: by.user,
        session_id: by.session,
        grant_: by.grant === null ? null : sql`${JSON.stringify(by.grant)}::jsonb`,
        mac: by.mac,
      })
      .where('id', '=', id)
      .where('state', '=', 'waiting')
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  async update(id: Id, change: Partial<Pick<DeviceLogin, 'polled_at' | 'state'>>): Promise<void> {
    await this.db.updateTable('tokens.device_login').set(change).where('id', '=', id).execute();
  }

  async forget(before: Date): Promise<void> {
    await this.db.deleteFrom('tokens.device_login').where('expires_at', '<', before).execute();
  }
}
