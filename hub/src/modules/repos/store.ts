// Reads and changes repositories and their names. Lists are in `list-store.ts`.
import { sql, type Kysely, type Selectable } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { credentialReference, type Actor, type RepoType } from '#modules/access';
import { repoMissing } from './faults.ts';
import { type Facets, type Pushers, type Repo, type RepoName, type SettingsChange } from './model.ts';
import { type RepoTables } from './tables.ts';

/** What a name leads to. `moved`: the name is an old one of this repository. */
export interface Named {
  readonly repo: Repo;
  readonly moved: boolean;
}

/** Reads repositories. */
export class RepoReader {
  protected readonly db: Kysely<RepoTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<RepoTables>();
  }

  /** What a name leads to now, through redirects of the repository and of its namespace. */
  async findByName(type: RepoType, { namespace, name }: RepoName): Promise<Named | undefined> {
    const row = await this.db
      .selectFrom('identity.name as owner')
      .innerJoin('repos.name as n', 'n.namespace_id', 'owner.account_id')
      .innerJoin('repos.repo as r', 'r.id', 'n.repo_id')
      .selectAll('r')
      .where('owner.key', '=', namespace.toLowerCase())
      .where('n.key', '=', name.toLowerCase())
      .where('n.type', '=', type)
      .where('n.state', '!=', 'tombstone')
      .where('r.deleted_at', 'is', null)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const moved =
      row.namespace.toLowerCase() !== namespace.toLowerCase() ||
      row.name.toLowerCase() !== name.toLowerCase();
    return { repo: toRepo(row), moved };
  }

  async findById(id: Id): Promise<Repo | undefined> {
    const row = await this.db
      .selectFrom('repos.repo')
      .selectAll()
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    return row && toRepo(row);
  }

  /** Through which credentials its head was pushed and what it wants preloaded was written: references, where they are known. */
  async findPushers(id: Id): Promise<Pushers> {
    const row = await this.db
      .selectFrom('repos.repo')
      .select(['pushed_with', 'preloads_with'])
      .where('id', '=', id)
      .executeTakeFirst();
    return { head: row?.pushed_with ?? null, preloads: row?.preloads_with ?? null };
  }

  /** The namespaces in which these repositories are. */
  async namespacesOf(ids: readonly Id[]): Promise<Map<Id, Id>> {
    if (ids.length === 0) return new Map();
    const rows = await this.db
      .selectFrom('repos.repo')
      .select(['id', 'namespace_id'])
      .where('id', 'in', ids)
      .where('deleted_at', 'is', null)
      .execute();
    return new Map(rows.map((row) => [row.id, row.namespace_id]));
  }

  /** What stands at a name of one namespace, tombstones too. */
  async findName(
    type: RepoType,
    namespaceId: Id,
    name: string,
  ): Promise<RepoTables['repos.name'] | undefined> {
    return await this.db
      .selectFrom('repos.name')
      .selectAll()
      .where('namespace_id', '=', namespaceId)
      .where('key', '=', name.toLowerCase())
      .where('type', '=', type)
      .executeTakeFirst();
  }
}

/** Changes repositories, in the transaction that records the change. */
export class RepoWriter extends RepoReader {
  constructor(tx: Tx) {
    super(tx);
  }

  /** Holds the repository until the transaction ends: commits to it follow one another. Throws `repo.missing`. */
  async lock(id: Id): Promise<Repo> {
    const row = await this.db
      .selectFrom('repos.repo')
      .selectAll()
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) throw repoMissing();
    return toRepo(row);
  }

  async insert(repo: Repo): Promise<void> {
    await this.db
      .insertInto('repos.repo')
      .values({
        id: repo.id,
        type: repo.type,
        namespace_id: repo.namespaceId,
        namespace: repo.namespace,
        name: repo.name,
        creator_id: repo.creatorId,
        visibility: repo.visibility,
        gated: repo.gated === false ? 'no' : repo.gated,
        created_at: repo.createdAt,
        last_modified: repo.lastModified,
        head: repo.head,
        used_storage: repo.usedStorage,
        main_size: repo.mainSize,
        ...facetColumns(repo.facets),
        deleted_at: null,
      })
      .execute();
    await this.takeName(repo);
  }

  /** Points a name at a repository: a new name, a tombstone of the same namespace, or its own redirect. */
  async takeName(repo: Pick<Repo, 'id' | 'type' | 'namespaceId' | 'name'>): Promise<void> {
    const name = {
      type: repo.type,
      namespace_id: repo.namespaceId,
      key: repo.name.toLowerCase(),
      repo_id: repo.id,
      state: 'live' as const,
    };
    await this.db
      .insertInto('repos.name')
      .values(name)
      .onConflict((conflict) =>
        conflict.columns(['namespace_id', 'key', 'type']).doUpdateSet({ repo_id: repo.id, state: 'live' }),
      )
      .execute();
  }

  /** Says that a name no longer is the repository's own. */
  async leaveName(
    repo: Pick<Repo, 'type' | 'namespaceId' | 'name'>,
    state: 'redirect' | 'tombstone',
  ): Promise<void> {
    await this.db
      .updateTable('repos.name')
      .set({ state })
      .where('namespace_id', '=', repo.namespaceId)
      .where('key', '=', repo.name.toLowerCase())
      .where('type', '=', repo.type)
      .execute();
  }

  /** Says what the namespace of its repositories is called now. */
  async renameNamespace(namespaceId: Id, namespace: string): Promise<void> {
    await this.db
      .updateTable('repos.repo')
      .set({ namespace })
      .where('namespace_id', '=', namespaceId)
      .where('deleted_at', 'is', null)
      .execute();
  }

  /** Whether a namespace holds any repository. */
  async hasAnyIn(namespaceId: Id): Promise<boolean> {
    const row = await this.db
      .selectFrom('repos.repo')
      .select('id')
      .where('namespace_id', '=', namespaceId)
      .where('deleted_at', 'is', null)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  async rename(id: Id, to: { namespaceId: Id } & RepoName): Promise<void> {
    await this.#update(id, { namespace_id: to.namespaceId, namespace: to.namespace, name: to.name });
  }

  async changeSettings(id: Id, change: SettingsChange): Promise<void> {
    await this.#update(id, {
      ...(change.visibility !== undefined && { visibility: change.visibility }),
      ...(change.gated !== undefined && { gated: change.gated === false ? ('no' as const) : change.gated }),
      ...(change.discussionsDisabled !== undefined && { discussions_disabled: change.discussionsDisabled }),
    });
  }

  /** Marks a repository as deleted, with every name that led to it. */
  async delete(id: Id, at: Date): Promise<void> {
    await this.#update(id, { deleted_at: at });
    await this.db.updateTable('repos.name').set({ state: 'tombstone' }).where('repo_id', '=', id).execute();
  }

  /** Keeps what the new head of `main` says of the repository. */
  async noteContent(
    id: Id,
    content: {
      head: Repo['head'];
      lastModified: Date;
      facets: Facets;
      mainSize?: Repo['mainSize'];
      usedStorage?: number;
      /** Who pushed it; absent: nothing was pushed, and what was before stays theirs. */
      pusher?: Actor;
    },
  ): Promise<void> {
    await this.#update(id, {
      ...(content.pusher !== undefined && pusherColumns(content.pusher, content.facets)),
      head: content.head,
      last_modified: content.lastModified,
      ...facetColumns(content.facets),
      ...(content.mainSize !== undefined && { main_size: content.mainSize }),
      ...(content.usedStorage !== undefined && { used_storage: content.usedStorage }),
    });
  }

  /** Counts bytes that were added to (or, negative, removed from) the repository's objects. */
  async addStorage(id: Id, bytes: number): Promise<void> {
    await this.#update(id, { used_storage: sql<number>`greatest(0, used_storage + ${bytes})` });
  }

  async #update(id: Id, columns: object): Promise<void> {
    if (Object.keys(columns).length === 0) return;
    await this.db.updateTable('repos.repo').set(columns).where('id', '=', id).execute();
  }
}

/** Keys of a card that name what is to be there before a program starts. */
const PRELOADS = ['preload_from_hub', 'models', 'datasets'];

// Whoever pushes something else does not answer for what another wants preloaded: they may not have seen it.
function pusherColumns(pusher: Actor, { card }: Facets) {
  const reference = credentialReference(pusher) || null;
  const told = (key: string) => sql`card -> ${key} is distinct from ${JSON.stringify(card)}::jsonb -> ${key}`;
  return {
    pushed_with: reference,
    preloads_with: sql<string | null>`case when ${sql.join(PRELOADS.map(told), sql` or `)}
      then ${reference}::text else preloads_with end`,
  };
}

function facetColumns(facets: Facets) {
  return {
    card: sql<Facets['card']>`${JSON.stringify(facets.card)}::jsonb`,
    tags: facets.tags,
    pipeline_tag: facets.pipelineTag,
    library_name: facets.libraryName,
    sdk: facets.sdk,
    text: facets.text,
    uses: facets.uses,
    summary: sql<Facets['summary']>`${JSON.stringify(facets.summary)}::jsonb`,
    parameters: facets.summary.weights?.total ?? null,
  };
}

/** A repository from its row. */
export function toRepo(row: Selectable<RepoTables['repos.repo']>): Repo {
  return {
    id: row.id,
    type: row.type,
    namespaceId: row.namespace_id,
    namespace: row.namespace,
    name: row.name,
    creatorId: row.creator_id,
    visibility: row.visibility,
    gated: row.gated === 'no' ? false : row.gated,
    createdAt: row.created_at,
    lastModified: row.last_modified,
    head: row.head,
    likes: row.likes,
    downloads: row.downloads,
    downloadsAllTime: row.downloads_all_time,
    trendingScore: row.trending,
    usedStorage: row.used_storage,
    mainSize: row.main_size,
    facets: {
      card: row.card,
      tags: row.tags,
      pipelineTag: row.pipeline_tag,
      libraryName: row.library_name,
      sdk: row.sdk,
      text: row.text,
      uses: row.uses,
      summary: row.summary,
    },
  };
}
