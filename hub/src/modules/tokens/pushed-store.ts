// SQL about tokens that somebody else was about to publish.
import { type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type TokenTables } from './tables.ts';

/** Reads when that was. */
export class PushedReader {
  protected readonly db: Kysely<TokenTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<TokenTables>();
  }

  /** When it last was noted of these tokens. */
  async listOf(tokens: readonly Id[]): Promise<ReadonlyMap<Id, Date>> {
    if (tokens.length === 0) return new Map();
    const rows = await this.db
      .selectFrom('tokens.pushed')
      .select(['token_id', 'at'])
      .where('token_id', 'in', tokens)
      .execute();
    return new Map(rows.map((row) => [row.token_id, row.at]));
  }
}

/** Notes it. */
export class PushedWriter extends PushedReader {
  constructor(tx: Tx) {
    super(tx);
  }

  /** Notes it of a token, unless it was noted after `since`. Returns whether it was not. */
  async note(tokenId: Id, at: Date, since: Date): Promise<boolean> {
    const result = await this.db
      .insertInto('tokens.pushed')
      .values({ token_id: tokenId, at })
      .onConflict((conflict) =>
        conflict.column('token_id').doUpdateSet({ at }).where('tokens.pushed.at', '<=', since),
      )
      .executeTakeFirst();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  }
}
