// The only file that speaks SQL about the keys that sign.
import { sql, type Kysely } from 'kysely';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type OauthTables } from './tables.ts';

/** A key as it is kept: sealed. */
export type KeptKey = OauthTables['oauth.signing_key'];

/** Reads keys. */
export class KeyReader {
  protected readonly db: Kysely<OauthTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<OauthTables>();
  }

  /** All that were not forgotten, the newest first. */
  async list(): Promise<KeptKey[]> {
    return await this.db
      .selectFrom('oauth.signing_key')
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('kid')
      .execute();
  }
}

/** Changes them. */
export class KeyWriter extends KeyReader {
  constructor(tx: Tx) {
    super(tx);
  }

  /** Has nobody else make a key until the transaction ends. */
  async hold(): Promise<void> {
    await sql`select pg_advisory_xact_lock(hashtextextended('oauth/signing-key', 0))`.execute(this.db);
  }

  async insert(key: KeptKey): Promise<void> {
    await this.db.insertInto('oauth.signing_key').values(key).execute();
  }

  async forget(before: Date): Promise<void> {
    await this.db.deleteFrom('oauth.signing_key').where('created_at', '<', before).execute();
  }
}
