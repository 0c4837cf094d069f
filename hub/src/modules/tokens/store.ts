// The only file that speaks SQL about tokens.
import { sql, type Kysely } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type LastUse, type Token } from './model.ts';
import { type TokenTables } from './tables.ts';

/** A token beside the seal of its row. */
export interface SealedToken {
  readonly token: Token;
  readonly mac: Buffer;
}

/** Reads tokens. */
export class TokenReader {
  protected readonly db: Kysely<TokenTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<TokenTables>();
  }

  async findByDigest(digest: Sha256): Promise<SealedToken | undefined> {
    const row = await this.db
      .selectFrom('tokens.token')
      .selectAll()
      .where('digest', '=', digest)
      .executeTakeFirst();
    return row && { token: toToken(row), mac: row.mac };
  }

  async findById(id: Id): Promise<Token | undefined> {
    const row = await this.db.selectFrom('tokens.token').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toToken(row);
  }

  /** The tokens with these digests, in order. */
  async listByDigests(digests: readonly Sha256[]): Promise<Token[]> {
    if (digests.length === 0) return [];
    const rows = await this.db
      .selectFrom('tokens.token')
      .selectAll()
      .where('digest', 'in', digests)
      .orderBy('id')
      .execute();
    return rows.map(toToken);
  }

  /** The ids of the tokens with these digests that nobody revoked yet, by owner, in order. */
  async listUnrevoked(digests: readonly Sha256[]): Promise<ReadonlyMap<Id, readonly Id[]>> {
    if (digests.length === 0) return new Map();
    const rows = await this.db
      .selectFrom('tokens.token')
      .select(['id', 'user_id'])
      .where('digest', 'in', digests)
      .where('revoked_at', 'is', null)
      .orderBy('id')
      .execute();
    return new Map(
      [...Map.groupBy(rows, (row) => row.user_id)].map(([owner, own]) => [owner, own.map(({ id }) => id)]),
    );
  }

  /** Which of these tokens are revoked, expired or gone. */
  async listEnded(ids: readonly Id[], now: Date): Promise<Set<Id>> {
    const live = await this.db
      .selectFrom('tokens.token')
      .select('id')
      .where('id', 'in', ids)
      .where('revoked_at', 'is', null)
      .where((e) => e.or([e('expires_at', 'is', null), e('expires_at', '>', now)]))
      .execute();
    const alive = new Set(live.map((row) => row.id));
    return new Set(ids.filter((id) => !alive.has(id)));
  }

  /** The live tokens of these users, by owner, oldest first, with their last use. */
  async listLiveOf(userIds: readonly Id[], now: Date): Promise<{ token: Token; lastUse: LastUse | null }[]> {
    if (userIds.length === 0) return [];
    const rows = await this.db
      .selectFrom('tokens.token')
      .selectAll()
      .where('user_id', 'in', userIds)
      .where('revoked_at', 'is', null)
      .where((e) => e.or([e('expires_at', 'is', null), e('expires_at', '>', now)]))
      .orderBy('user_id')
      .orderBy('id')
      .execute();
    return rows.map((row) => ({ token: toToken(row), lastUse: toLastUse(row) }));
  }

  /** The live tokens of an application: of one user, or of all. */
  async listLiveOfApplication(id: Id, userId: Id | null, now: Date): Promise<Token[]> {
    let query = this.db
      .selectFrom('tokens.token')
      .selectAll()
      .where(sql<string>`application ->> 'id'`, '=', id)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', now)
      .orderBy('id');
    if (userId !== null) query = query.where('user_id', '=', userId);
    return (await query.execute()).map(toToken);
  }

  /**
   * The tokens of a user, oldest first, with their last use. Of those of applications only the live ones: an application is
   * given one after the other.
   */
  async listOfUser(userId: Id, now: Date): Promise<{ token: Token; lastUse: LastUse | null }[]> {
    const rows = await this.db
      .selectFrom('tokens.token')
      .selectAll()
      .where('user_id', '=', userId)
      .where((e) =>
        e.or([e('application', 'is', null), e.and([e('revoked_at', 'is', null), e('expires_at', '>', now)])]),
      )
      .orderBy('id')
      .execute();
    return rows.map((row) => ({ token: toToken(row), lastUse: toLastUse(row) }));
  }
}

/** Changes tokens, in the transaction that records the change. */
export class TokenWriter extends TokenReader {
  constructor(tx: Tx) {
    super(tx);
  }

  async insert(token: Token, mac: Buffer): Promise<void> {
    await this.db
      .insertInto('tokens.token')
      .values({
        id: token.id,
        user_id: token.userId,
        name: token.name,
        digest: token.digest,
        grant_: sql`${JSON.stringify(token.grant)}::jsonb`,
        created_at: token.createdAt,
        expires_at: token.expiresAt,
        revoked_at: null,
        addresses: token.addresses === null ? null : [...token.addresses],
        application: token.application && sql`${JSON.stringify(token.application)}::jsonb`,
        mac,
      })
      .execute();
  }

  /** Revokes a live token. Returns whether it was live. */
  async revoke(id: Id, at: Date): Promise<boolean> {
    const result = await this.db
      .updateTable('tokens.token')
      .set({ revoked_at: at })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  /** Keeps a use, unless a later one is known: another hub may have written that. */
  async touch(id: Id, use: LastUse): Promise<void> {
    await this.db
      .updateTable('tokens.token')
      .set({ last_used_at: use.at, last_address: use.address, last_client: use.client })
      .where('id', '=', id)
      .where((e) => e.or([e('last_used_at', 'is', null), e('last_used_at', '<=', use.at)]))
      .execute();
  }
}

/** A token of its row. */
export function toToken(row: TokenTables['tokens.token']): Token {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    digest: row.digest,
    grant: row.grant_,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    addresses: row.addresses,
    application: row.application,
  };
}

/** Its last use. */
export function toLastUse(row: TokenTables['tokens.token']): LastUse | null {
  if (row.last_used_at === null) return null;
  return { at: row.last_used_at, address: row.last_address ?? '', client: row.last_client ?? '' };
}
