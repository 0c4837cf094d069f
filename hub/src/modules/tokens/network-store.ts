// SQL about the networks from which tokens were used.
import { type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Tx } from '@holdfast/platform/postgres/database';
import { type TokenTables } from './tables.ts';

/** Networks of one token that are remembered: a token that is used from everywhere has no new one. */
const MOST = 500;

/** Notes networks. */
export class NetworkWriter {
  readonly #db: Kysely<TokenTables>;

  constructor(tx: Tx) {
    this.#db = tx.withTables<TokenTables>();
  }

  /** Notes a use from a network. Returns whether the token was used before, and only from others. */
  async note(tokenId: Id, network: string, now: Date): Promise<boolean> {
    const renewed = await this.#db
      .updateTable('tokens.network')
      .set({ last_at: now })
      .where('token_id', '=', tokenId)
      .where('network', '=', network)
      .executeTakeFirst();
    if (renewed.numUpdatedRows > 0n) return false;
    const { count } = await this.#db
      .selectFrom('tokens.network')
      .select((row) => row.fn.countAll<string>().as('count'))
      .where('token_id', '=', tokenId)
      .executeTakeFirstOrThrow();
    if (Number(count) >= MOST) return false;
    const inserted = await this.#db
      .insertInto('tokens.network')
      .values({ token_id: tokenId, network, last_at: now })
      .onConflict((conflict) => conflict.columns(['token_id', 'network']).doNothing())
      .executeTakeFirst();
    return Number(count) > 0 && (inserted.numInsertedOrUpdatedRows ?? 0n) > 0n;
  }
}
