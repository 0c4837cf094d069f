// Repositories by name and by id, kept while the epochs say that nothing changed. Absence is kept too: otherwise the time
// of an answer would tell a private repository from one that is not there.
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Id } from '@holdfast/kernel/id';
import { type RepoType } from '#modules/access';
import { isNamespaceName } from '#modules/identity';
import { isRepoName, type Repo, type RepoName } from './model.ts';
import { RepoReader, type Named } from './store.ts';

const MAX_CACHED = 20_000;

/** Looks repositories up by name or id. */
export class RepoCache {
  readonly #db: Db;
  readonly #epochs: Epochs;
  #named = new Map<string, Named | undefined>();
  #known = new Map<Id, Repo | undefined>();

  constructor(deps: { db: Db; epochs: Epochs }) {
    this.#db = deps.db;
    this.#epochs = deps.epochs;
    this.#epochs.onChange('repos', () => this.clear());
  }

  async find(type: RepoType, name: RepoName): Promise<Named | undefined> {
    // What cannot be a name is not asked of the database, and does not fill the memory.
    if (!isNamespaceName(name.namespace) || !isRepoName(name.name)) return undefined;
    const key = `${type}/${name.namespace}/${name.name}`.toLowerCase();
    const named = this.#named;
    if (this.#epochs.areFresh() && named.has(key)) return named.get(key);
    const found = await new RepoReader(this.#db).findByName(type, name);
    // A change while the question was under way has replaced the map, and this answer is not kept.
    if (named.size >= MAX_CACHED) named.clear();
    named.set(key, found);
    return found;
  }

  async findById(id: Id): Promise<Repo | undefined> {
    const known = this.#known;
    if (this.#epochs.areFresh() && known.has(id)) return known.get(id);
    const found = await new RepoReader(this.#db).findById(id);
    if (known.size >= MAX_CACHED) known.clear();
    known.set(id, found);
    return found;
  }

  /** Forgets everything; counters and heads are as old as the last call of this or the last change. */
  clear(): void {
    this.#named = new Map();
    this.#known = new Map();
  }
}
