// The only file that speaks SQL about codes and refresh tokens.
import { type Kysely } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { type Tx } from '@holdfast/platform/postgres/database';
import { sealedCode, sealedRefresh } from './model.ts';
import { type OauthTables } from './tables.ts';

/** A code as it stands. */
export type Code = Omit<OauthTables['oauth.code'], 'mac'>;
/** A refresh token as it stands. */
export type Refresh = Omit<OauthTables['oauth.refresh'], 'mac'>;

/** Reads and changes them. A row whose seal is not ours is none. */
export class CodeWriter {
  readonly #db: Kysely<OauthTables>;
  readonly #keys: Keys;

  constructor(tx: Tx, keys: Keys) {
    this.#db = tx.withTables<OauthTables>();
    this.#keys = keys;
  }

  async insert(code: Code): Promise<void> {
    const mac = this.#keys.mac('oauth-code', sealedCode(code));
    await this.#db
      .insertInto('oauth.code')
      .values({ ...code, mac })
      .execute();
  }

  /** A code, held until the transaction ends: it is used once. */
  async lock(digest: Sha256): Promise<Code | undefined> {
    const row = await this.#db
      .selectFrom('oauth.code')
      .selectAll()
      .where('digest', '=', digest)
      .forUpdate()
      .executeTakeFirst();
    return row && this.#keys.verifies('oauth-code', sealedCode(row), row.mac) ? row : undefined;
  }

  /**
   * To which authorization a code or a refresh token belongs, whether it counts or not. That is held before they are, by everybody:
   * else one who shows the next and one who shows the last wait for each other, and neither ends the family.
   */
  async authorizationOf(table: 'oauth.code' | 'oauth.refresh', digest: Sha256): Promise<Id | undefined> {
    const row = await this.#db
      .selectFrom(table)
      .select('authorization_id')
      .where('digest', '=', digest)
      .executeTakeFirst();
    return row?.authorization_id;
  }

  async use(digest: Sha256, at: Date): Promise<void> {
    await this.#db.updateTable('oauth.code').set({ used_at: at }).where('digest', '=', digest).execute();
  }

  async insertRefresh(refresh: Refresh): Promise<void> {
    const mac = this.#keys.mac('oauth-refresh', sealedRefresh(refresh));
    await this.#db
      .insertInto('oauth.refresh')
      .values({ ...refresh, mac })
      .execute();
  }

  /** A refresh token, held until the transaction ends. */
  async lockRefresh(digest: Sha256): Promise<Refresh | undefined> {
    const row = await this.#db
      .selectFrom('oauth.refresh')
      .selectAll()
      .where('digest', '=', digest)
      .forUpdate()
      .executeTakeFirst();
    return row && this.#keys.verifies('oauth-refresh', sealedRefresh(row), row.mac) ? row : undefined;
  }

  async useRefresh(digest: Sha256, at: Date): Promise<void> {
    await this.#db.updateTable('oauth.refresh').set({ used_at: at }).where('digest', '=', digest).execute();
  }

  /** Ends all that came from one code; gives the tokens that were given. */
  async endFamily(family: Id, at: Date): Promise<Id[]> {
    const rows = await this.#db
      .updateTable('oauth.refresh')
      .set({ ended_at: at })
      .where('family', '=', family)
      .where('ended_at', 'is', null)
      .returning('token_id')
      .execute();
    return rows.map(({ token_id }) => token_id);
  }

  /**
   * Removes codes that were good before one time, and refresh tokens that were before another. Those that somebody shows right now are
   * left for the next time: two who wait for each other's rows would both fail.
   */
  async forget({ codes, refresh }: { readonly codes: Date; readonly refresh: Date }): Promise<void> {
    await this.#forget('oauth.code', codes);
    await this.#forget('oauth.refresh', refresh);
  }

  async #forget(table: 'oauth.code' | 'oauth.refresh', before: Date): Promise<void> {
    const over = this.#db
      .selectFrom(table)
      .select('digest')
      .where('expires_at', '<', before)
      .forUpdate()
      .skipLocked();
    await this.#db.deleteFrom(table).where('digest', 'in', over).execute();
  }
}

/**
 * Ends all refresh tokens that count, and gives how many. In a state that was put back none can tell whether it was used since: one that was, and is
 * found, would count once more, and nobody would see that it is shown again.
 */
export async function endRefreshTokens(tx: Tx, at: Date): Promise<number> {
  const db = tx.withTables<OauthTables>();
  // The same of codes, which are good for minutes.
  await db.updateTable('oauth.code').set({ used_at: at }).where('used_at', 'is', null).execute();
  const result = await db
    .updateTable('oauth.refresh')
    .set({ ended_at: at })
    .where('ended_at', 'is', null)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}
