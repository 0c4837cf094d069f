// Scopes: within one, an upload may name chunks that are there already.
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { XetReader } from './store.ts';

/** A scope as its address names it. */
export interface Scope {
  readonly id: Id;
  /** Raised when clients have to forget what they sent there. */
  readonly generation: number;
}

/** How far a scope reaches. */
export type ScopeReach = 'repository' | 'namespace';

const MOST_KEPT = 20_000;

/** The scopes of repositories. */
export class Scopes {
  readonly #db: Db;
  readonly #reach: ScopeReach;
  readonly #epochs: Epochs;
  #generations = new Map<Id, number>();

  constructor(deps: { readonly db: Db; readonly reach: ScopeReach; readonly epochs: Epochs }) {
    this.#db = deps.db;
    this.#epochs = deps.epochs;
    // Whoever raises a generation advances this epoch.
    deps.epochs.onChange('repos', () => {
      this.#generations = new Map();
    });
    this.#reach = deps.reach;
  }

  /** The scope in which a repository's uploads find what is there. */
  async of(repo: { readonly id: Id; readonly namespaceId: Id }): Promise<Scope> {
    const id = this.#reach === 'namespace' ? repo.namespaceId : repo.id;
    return { id, generation: await this.#generationOf(id) };
  }

  async #generationOf(id: Id): Promise<number> {
    const generations = this.#generations;
    const kept = this.#epochs.areFresh() ? generations.get(id) : undefined;
    if (kept !== undefined) return kept;
    const generation = await new XetReader(this.#db).generationOf(id);
    if (generations.size >= MOST_KEPT) generations.clear();
    generations.set(id, generation);
    return generation;
  }
}
