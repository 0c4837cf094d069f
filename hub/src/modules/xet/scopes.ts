// Scopes: within one, an upload may name chunks that are there already.
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { XetReader } from './store.ts';

/** A scope as its address names it. */
export interface Scope {
  readonly id: Id;
  /** Raised when clients have to forget what they sent there. */
  readonly generation: number;
}

/** How far a scope reaches. */
export type ScopeReach = 'repository' | 'namespace';

/** The scopes of repositories. */
export class Scopes {
  readonly #db: Db;
  readonly #reach: ScopeReach;

  constructor(deps: { readonly db: Db; readonly reach: ScopeReach }) {
    this.#db = deps.db;
    this.#reach = deps.reach;
  }

  /** The scope in which a repository's uploads find what is there. */
  async of(repo: { readonly id: Id; readonly namespaceId: Id }): Promise<Scope> {
    const id = this.#reach === 'namespace' ? repo.namespaceId : repo.id;
    return { id, generation: await new XetReader(this.#db).generationOf(id) };
  }
}
