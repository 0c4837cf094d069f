// SQL that names repositories for who looks after the instance, deleted ones too.
import { type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { type RepoTables } from './tables.ts';

/** Reads names. */
export class NameReader {
  readonly #db: Kysely<RepoTables>;

  constructor(db: Db) {
    this.#db = db.withTables<RepoTables>();
  }

  /** The Space that has a name, or that had it last. */
  async findSpace(namespace: string, name: string): Promise<Id | undefined> {
    const row = await this.#db
      .selectFrom('repos.repo')
      .select('id')
      .where('type', '=', 'space')
      .where('namespace', '=', namespace)
      .where('name', '=', name)
      .orderBy((by) => by('deleted_at', 'is not', null))
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row?.id;
  }

  /** The names that these repositories have, or had last, by id. */
  async namesOf(ids: readonly Id[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#db
      .selectFrom('repos.repo')
      .select(['id', 'namespace', 'name'])
      .where('id', 'in', ids)
      .execute();
    return new Map(rows.map(({ id, namespace, name }) => [id, `${namespace}/${name}`]));
  }
}
