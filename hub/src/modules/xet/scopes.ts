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

/** The scopes of repositories. */
export class Scopes {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** The scope in which a repository's uploads find what is there: the repository itself. */
  async of(repo: { readonly id: Id }): Promise<Scope> {
    return { id: repo.id, generation: await new XetReader(this.#db).generationOf(repo.id) };
  }
}
