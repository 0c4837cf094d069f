// The only file that speaks SQL about single sign-on.
import { type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Claims } from './model.ts';
import { type SsoTables } from './tables.ts';

/** Somebody, as the issuer names them. */
export type Named = Pick<Claims, 'issuer' | 'subject'>;

/** Reads links. */
export class LinkReader {
  protected readonly db: Kysely<SsoTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<SsoTables>();
  }

  /** The user whom the issuer calls so. */
  async findUser({ issuer, subject }: Named): Promise<Id | undefined> {
    const row = await this.db
      .selectFrom('sso.link')
      .select('user_id')
      .where('issuer', '=', issuer)
      .where('subject', '=', subject)
      .executeTakeFirst();
    return row?.user_id;
  }

  /** Whether an issuer knows this user. */
  async isLinked(userId: Id): Promise<boolean> {
    const row = await this.db
      .selectFrom('sso.link')
      .select('user_id')
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** The organisations in which a user is because of their groups. */
  async listGiven(userId: Id): Promise<Id[]> {
    const rows = await this.db
      .selectFrom('sso.membership')
      .select('org_id')
      .where('user_id', '=', userId)
      .execute();
    return rows.map(({ org_id }) => org_id);
  }
}

/** Changes links. */
export class LinkWriter extends LinkReader {
  constructor(tx: Tx) {
    super(tx);
  }

  /** Ties a user to a name of the issuer's; `false` where either has another already. */
  async insert({ issuer, subject }: Named, userId: Id, at: Date): Promise<boolean> {
    const result = await this.db
      .insertInto('sso.link')
      .values({ issuer, subject, user_id: userId, created_at: at })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  /** Removes what ties a user to names of issuers; gives these. */
  async remove(userId: Id): Promise<Named[]> {
    return await this.db
      .deleteFrom('sso.link')
      .where('user_id', '=', userId)
      .returning(['issuer', 'subject'])
      .execute();
  }

  /** Notes that a membership follows the groups, or no longer. */
  async mark(userId: Id, orgId: Id, given: boolean): Promise<void> {
    if (given)
      await this.db
        .insertInto('sso.membership')
        .values({ user_id: userId, org_id: orgId })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    else
      await this.db
        .deleteFrom('sso.membership')
        .where('user_id', '=', userId)
        .where('org_id', '=', orgId)
        .execute();
  }

  /** Takes an answer; `false` for one that was taken before. */
  async take(state: string, now: Date, expiresAt: Date): Promise<boolean> {
    await this.db.deleteFrom('sso.answered').where('expires_at', '<', now).execute();
    const result = await this.db
      .insertInto('sso.answered')
      .values({ state, expires_at: expiresAt })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  }
}
