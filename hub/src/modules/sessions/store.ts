// The only file that speaks SQL about sessions and tries.
import { sql, type Kysely } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type TryLimit, type WebSession } from './model.ts';
import { type SessionTables } from './tables.ts';

/** A session beside the seal of its row. */
export interface SealedSession {
  readonly session: WebSession;
  readonly mac: Buffer;
}

/** Reads sessions. */
export class SessionReader {
  protected readonly db: Kysely<SessionTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<SessionTables>();
  }

  /** The session that has, or had, the value with this digest. */
  async findByDigest(digest: Sha256): Promise<SealedSession | undefined> {
    const row = await this.db
      .selectFrom('sessions.session')
      .selectAll()
      .where((e) =>
        e.or([
          e('digest', '=', digest),
          e(
            'id',
            '=',
            e.selectFrom('sessions.value').select('session_id').where('sessions.value.digest', '=', digest),
          ),
        ]),
      )
      .executeTakeFirst();
    return row && { session: toSession(row), mac: row.mac };
  }

  async findById(id: Id): Promise<SealedSession | undefined> {
    const row = await this.db
      .selectFrom('sessions.session')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row && { session: toSession(row), mac: row.mac };
  }

  /** The sessions of a user that have not ended, the one that was used last first. */
  async listOfUser(userId: Id): Promise<WebSession[]> {
    const rows = await this.db
      .selectFrom('sessions.session')
      .selectAll()
      .where('user_id', '=', userId)
      .where('ended_at', 'is', null)
      .orderBy('seen_at', 'desc')
      .limit(200)
      .execute();
    return rows.map(toSession);
  }
}

/** Changes sessions, in the transaction that records the change. */
export class SessionWriter extends SessionReader {
  constructor(tx: Tx) {
    super(tx);
  }

  async insert(session: WebSession, mac: Buffer): Promise<void> {
    await this.db
      .insertInto('sessions.session')
      .values({
        id: session.id,
        user_id: session.userId,
        digest: session.digest,
        proofs: [...session.proofs],
        began_at: session.beganAt,
        proved_at: session.provedAt,
        expires_at: session.expiresAt,
        ended_at: null,
        address: session.address,
        client: session.client,
        seen_at: session.seenAt,
        standing: session.standing,
        mac,
      })
      .execute();
  }

  /** Ends a session of this user. Returns whether there was one that had not ended. */
  async end(id: Id, userId: Id, at: Date): Promise<boolean> {
    const result = await this.db
      .updateTable('sessions.session')
      .set({ ended_at: at })
      .where('id', '=', id)
      .where('user_id', '=', userId)
      .where('ended_at', 'is', null)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  /** Ends all sessions of a user but one, if that is named. Returns which. */
  async endAll(userId: Id, at: Date, but?: Id): Promise<Id[]> {
    const rows = await this.db
      .updateTable('sessions.session')
      .set({ ended_at: at })
      .where('user_id', '=', userId)
      .where('ended_at', 'is', null)
      .$if(but !== undefined, (query) => query.where('id', '!=', but as Id))
      .returning('id')
      .execute();
    return rows.map(({ id }) => id);
  }

  async touch(id: Id, at: Date): Promise<void> {
    await this.db.updateTable('sessions.session').set({ seen_at: at }).where('id', '=', id).execute();
  }

  /** Removes what expired before. What ended is kept until then, so that it cannot be put back as if it had not. */
  async forget(before: Date): Promise<void> {
    await this.db
      .deleteFrom('sessions.session')
      // The database keeps by its own clock what has not expired.
      .where('expires_at', '<', sql<Date>`least(${before}, now())`)
      .execute();
  }
}

/** Counts tries; shared by all hubs of one database. */
export class TryWriter {
  readonly #db: Kysely<SessionTables>;

  constructor(tx: Tx) {
    this.#db = tx.withTables<SessionTables>();
  }

  /** Counts one more, and gives how many there were within the window. */
  async count(key: string, { windowMs }: TryLimit, now: Date): Promise<number> {
    const over = new Date(now.getTime() - windowMs);
    const { count } = await this.#db
      .insertInto('sessions.try')
      .values({ key, since: now, count: 1 })
      .onConflict((conflict) =>
        conflict.column('key').doUpdateSet({
          count: sql`case when "sessions"."try".since < ${over} then 1 else "sessions"."try".count + 1 end`,
          since: sql`case when "sessions"."try".since < ${over} then ${now} else "sessions"."try".since end`,
        }),
      )
      .returning('count')
      .executeTakeFirstOrThrow();
    return count;
  }

  /** Takes one back: it was not in vain. */
  async refund(key: string): Promise<void> {
    await this.#db
      .updateTable('sessions.try')
      .set((row) => ({ count: row('count', '-', 1) }))
      .where('key', '=', key)
      .where('count', '>', 0)
      .execute();
  }

  /** Removes counts from before then, and those whose keys begin so when they are from before another time. */
  async forget(before: Date, long: { readonly keys: string; readonly before: Date }): Promise<void> {
    await this.#db
      .deleteFrom('sessions.try')
      .where('since', '<', before)
      .where((e) =>
        e.or([e.not(e.fn<boolean>('starts_with', ['key', e.val(long.keys)])), e('since', '<', long.before)]),
      )
      .execute();
  }
}

/** A session of its row. */
export function toSession(row: SessionTables['sessions.session']): WebSession {
  return {
    id: row.id,
    userId: row.user_id,
    digest: row.digest,
    proofs: row.proofs,
    beganAt: row.began_at,
    provedAt: row.proved_at,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
    address: row.address,
    client: row.client,
    seenAt: row.seen_at,
    standing: row.standing,
  };
}
