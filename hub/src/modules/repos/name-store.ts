// SQL that names repositories for who looks after the instance or their namespace, deleted ones too.
import { type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { type RepoType } from '#modules/access';
import { type RepoTables } from './tables.ts';

/** A repository of a namespace, by its name. */
export interface NamedRepo {
  readonly id: Id;
  readonly type: RepoType;
  readonly name: string;
}

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

  /** The same of those among them that are in a namespace. */
  async namesIn(namespaceId: Id, ids: readonly Id[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#db
      .selectFrom('repos.repo')
      .select(['id', 'namespace', 'name'])
      .where('id', 'in', ids)
      .where('namespace_id', '=', namespaceId)
      .execute();
    return new Map(rows.map(({ id, namespace, name }) => [id, `${namespace}/${name}`]));
  }

  /** The repository of a namespace that has a name, or that had it last and is still of that namespace. */
  async findIn(namespaceId: Id, { type, name }: Omit<NamedRepo, 'id'>): Promise<Id | undefined> {
    const row = await this.#db
      .selectFrom('repos.name as n')
      .innerJoin('repos.repo as r', 'r.id', 'n.repo_id')
      .select('r.id')
      .where('n.namespace_id', '=', namespaceId)
      .where('n.key', '=', name.toLowerCase())
      .where('n.type', '=', type)
      .where('r.namespace_id', '=', namespaceId)
      .executeTakeFirst();
    return row?.id;
  }

  /** Repositories that a namespace has, the newest of each type first. */
  async listIn(namespaceId: Id, limit: number): Promise<NamedRepo[]> {
    return await this.#db
      .selectFrom('repos.repo')
      .select(['id', 'type', 'name'])
      .where('namespace_id', '=', namespaceId)
      .where('deleted_at', 'is', null)
      .orderBy('type')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
  }
}
