// The only file that speaks SQL about single sign-on.
import { sql, type Kysely, type Selectable } from 'kysely';
import { newId, type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Claims } from './model.ts';
import { type SsoTables } from './tables.ts';

/** Somebody, as the issuer names them. */
export type Named = Pick<Claims, 'issuer' | 'subject'>;

/** A name of the issuer's, and whom it stands for. */
export type Link = Selectable<SsoTables['sso.link']>;

// The fields that the MAC of a link covers.
function sealedFields({ id, issuer, subject, user_id: userId, created_at: at }: Omit<Link, 'mac'>): string[] {
  return [id, issuer, subject, userId, at.toISOString()];
}

/** Reads links. One whose seal is not ours is none: who can write the table ties nobody's account to themselves. */
export class LinkReader {
  protected readonly db: Kysely<SsoTables>;
  protected readonly keys: Keys;

  constructor(db: Db | Tx, keys: Keys) {
    this.db = db.withTables<SsoTables>();
    this.keys = keys;
  }

  /** The user whom the issuer calls so. */
  async findUser({ issuer, subject }: Named): Promise<Id | undefined> {
    const row = await this.db
      .selectFrom('sso.link')
      .selectAll()
      .where('issuer', '=', issuer)
      .where('subject', '=', subject)
      .executeTakeFirst();
    return row !== undefined && this.isOurs(row) ? row.user_id : undefined;
  }

  /** Whether an issuer knows this user. */
  async isLinked(userId: Id): Promise<boolean> {
    const rows = await this.db.selectFrom('sso.link').selectAll().where('user_id', '=', userId).execute();
    return rows.some((row) => this.isOurs(row));
  }

  protected isOurs(row: Link): boolean {
    return this.keys.verifies('sso-link', sealedFields(row), row.mac);
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
  constructor(tx: Tx, keys: Keys) {
    super(tx, keys);
  }

  /** Ties a user to a name of the issuer's; `false` where either has another already. */
  async insert({ issuer, subject }: Named, userId: Id, at: Date): Promise<boolean> {
    await this.#clear({ issuer, subject }, userId);
    const link = { id: newId(at), issuer, subject, user_id: userId, created_at: at };
    const result = await this.db
      .insertInto('sso.link')
      .values({ ...link, mac: this.keys.mac('sso-link', sealedFields(link)) })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  // What somebody forged, or was sealed by a key that is no more, keeps nobody from what is theirs.
  async #clear({ issuer, subject }: Named, userId: Id): Promise<void> {
    const rows = await this.db
      .selectFrom('sso.link')
      .selectAll()
      .where('issuer', '=', issuer)
      .where((where) => where.or([where('subject', '=', subject), where('user_id', '=', userId)]))
      .execute();
    for (const row of rows)
      if (!this.isOurs(row)) await this.db.deleteFrom('sso.link').where('id', '=', row.id).execute();
  }

  /** Takes some of the links from before there were seals, to be put in anew. */
  async takeUnsealed(most: number): Promise<(Named & { readonly userId: Id })[]> {
    const rows = await this.db
      .deleteFrom('sso.link_before')
      .where(sql<boolean>`ctid in (select ctid from sso.link_before limit ${most})`)
      .returning(['issuer', 'subject', 'user_id'])
      .execute();
    return rows.map(({ user_id: userId, ...named }) => ({ ...named, userId }));
  }

  /** Whether there are still links from before. Who waited for another to take some knows by then. */
  async hasUnsealed(): Promise<boolean> {
    return (await this.db.selectFrom('sso.link_before').select('subject').limit(1).execute()).length > 0;
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
