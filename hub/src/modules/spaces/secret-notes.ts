// What the hub notes of the secrets that the vault keeps for a Space.
import { type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type SpaceTables } from './tables.ts';

/** What is noted. */
export interface SecretNote {
  readonly names: readonly string[];
  /** Whether the vault is to be asked when it starts. */
  readonly mayHaveSome: boolean;
}

/** Reads the notes. */
export class SecretNoteReader {
  protected readonly db: Kysely<SpaceTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<SpaceTables>();
  }

  /** The note of a Space. */
  async find(repoId: Id): Promise<SecretNote> {
    const row = await this.db
      .selectFrom('spaces.secrets')
      .select(['names', 'unsettled'])
      .where('repo_id', '=', repoId)
      .executeTakeFirst();
    if (row === undefined) return { names: [], mayHaveSome: false };
    return { names: row.names, mayHaveSome: row.unsettled || row.names.length > 0 };
  }
}
