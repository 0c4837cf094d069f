// The only file that speaks SQL about applications and what people let them do.
import { sql, type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { sealedApplication, sealedAuthorization, type Application, type Authorization } from './model.ts';
import { type OauthTables } from './tables.ts';

/** Reads applications and authorizations. A row whose seal is not ours is none. */
export class ApplicationReader {
  protected readonly db: Kysely<OauthTables>;
  protected readonly keys: Keys;

  constructor(db: Db | Tx, keys: Keys) {
    this.db = db.withTables<OauthTables>();
    this.keys = keys;
  }

  /** An application that was not deleted. */
  async find(id: Id): Promise<Application | undefined> {
    const row = await this.#applications().where('id', '=', id).executeTakeFirst();
    return row && this.#applicationOf(row);
  }

  /** Those of an owner, oldest first. */
  async listOwned(ownerId: Id): Promise<Application[]> {
    const rows = await this.#applications().where('owner_id', '=', ownerId).orderBy('id').execute();
    return rows.flatMap((row) => this.#applicationOf(row) ?? []);
  }

  /** What a user lets an application do. */
  async findAuthorization(userId: Id, applicationId: Id): Promise<Authorization | undefined> {
    const row = await this.#authorizations()
      .where('user_id', '=', userId)
      .where('application_id', '=', applicationId)
      .executeTakeFirst();
    return row && this.#authorizationOf(row);
  }

  /** The same by id. */
  async findAuthorizationById(id: Id): Promise<Authorization | undefined> {
    const row = await this.#authorizations().where('id', '=', id).executeTakeFirst();
    return row && this.#authorizationOf(row);
  }

  /** All that a user said yes to, oldest first. */
  async listAuthorizations(userId: Id): Promise<Authorization[]> {
    const rows = await this.#authorizations().where('user_id', '=', userId).orderBy('id').execute();
    return rows.flatMap((row) => this.#authorizationOf(row) ?? []);
  }

  #applications() {
    return this.db.selectFrom('oauth.application').selectAll().where('deleted_at', 'is', null);
  }

  #authorizations() {
    return this.db.selectFrom('oauth.authorization').selectAll().where('ended_at', 'is', null);
  }

  #applicationOf(row: OauthTables['oauth.application']): Application | undefined {
    if (!this.keys.verifies('oauth-application', sealedApplication(row), row.mac)) return undefined;
    return {
      id: row.id,
      ownerId: row.owner_id,
      name: row.name,
      redirects: row.redirect_uris,
      scopes: row.scopes,
      secretDigest: row.secret_digest,
      createdAt: row.created_at,
    };
  }

  #authorizationOf(row: OauthTables['oauth.authorization']): Authorization | undefined {
    if (!this.keys.verifies('oauth-authorization', sealedAuthorization(row), row.mac)) return undefined;
    return {
      id: row.id,
      userId: row.user_id,
      applicationId: row.application_id,
      scopes: row.scopes,
      orgs: row.orgs,
      beganAt: row.began_at,
      usedAt: row.used_at,
      lastTokenId: row.last_token_id,
    };
  }
}

/** Changes them, in the transaction that records the change. */
export class ApplicationWriter extends ApplicationReader {
  constructor(tx: Tx, keys: Keys) {
    super(tx, keys);
  }

  /** Has nobody else do what is called so until the transaction ends: what is not there yet cannot be held. */
  async holdAlone(name: string): Promise<void> {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`oauth/${name}`}, 0))`.execute(this.db);
  }

  async insert(one: Application): Promise<void> {
    const row = {
      id: one.id,
      owner_id: one.ownerId,
      name: one.name,
      redirect_uris: [...one.redirects],
      scopes: [...one.scopes],
      secret_digest: one.secretDigest,
      created_at: one.createdAt,
      deleted_at: null,
    };
    const mac = this.keys.mac('oauth-application', sealedApplication(row));
    await this.db
      .insertInto('oauth.application')
      .values({ ...row, mac })
      .execute();
  }

  /** Ends an application, and all that people let it do. */
  async delete(id: Id, at: Date): Promise<void> {
    await this.db.updateTable('oauth.application').set({ deleted_at: at }).where('id', '=', id).execute();
    await this.db
      .updateTable('oauth.authorization')
      .set({ ended_at: at })
      .where('application_id', '=', id)
      .where('ended_at', 'is', null)
      .execute();
  }

  /** Keeps what a user lets an application do, in place of what they let it do before. */
  async putAuthorization(one: Authorization): Promise<void> {
    const row = {
      id: one.id,
      user_id: one.userId,
      application_id: one.applicationId,
      scopes: [...one.scopes],
      orgs: [...one.orgs],
      began_at: one.beganAt,
    };
    const mac = this.keys.mac('oauth-authorization', sealedAuthorization(row));
    await this.db
      .insertInto('oauth.authorization')
      .values({ ...row, mac, used_at: null, last_token_id: null, ended_at: null })
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet({ scopes: row.scopes, orgs: row.orgs, mac }),
      )
      .execute();
  }

  /** Has nobody else change it until the transaction ends; `false` where it has ended. */
  async hold(id: Id): Promise<boolean> {
    const row = await this.db
      .selectFrom('oauth.authorization')
      .select('id')
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .forUpdate()
      .executeTakeFirst();
    return row !== undefined;
  }

  async noteToken(id: Id, { tokenId, at }: { readonly tokenId: Id; readonly at: Date }): Promise<void> {
    await this.db
      .updateTable('oauth.authorization')
      .set({ used_at: at, last_token_id: tokenId })
      .where('id', '=', id)
      .execute();
  }

  /** Ends an authorization. Returns whether it was there. */
  async end(id: Id, at: Date): Promise<boolean> {
    const result = await this.db
      .updateTable('oauth.authorization')
      .set({ ended_at: at })
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }
}
