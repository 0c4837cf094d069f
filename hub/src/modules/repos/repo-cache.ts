// Repositories by name, kept while the epochs say that nothing changed. Absence is kept too: otherwise the time of an
// answer would tell a private repository from one that is not there.
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db } from '@holdfast/platform/postgres/database';
import { type RepoType } from '#modules/access';
import { isNamespaceName } from '#modules/identity';
import { isRepoName, type RepoName } from './model.ts';
import { RepoReader, type Named } from './store.ts';

const MAX_CACHED = 20_000;

/** Looks repositories up by name. */
export class RepoCache {
  readonly #db: Db;
  readonly #epochs: Epochs;
  #named = new Map<string, Named | undefined>();

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

  /** Forgets everything; counters and heads are as old as the last call of this or the last change. */
  clear(): void {
    this.#named = new Map();
  }
}
