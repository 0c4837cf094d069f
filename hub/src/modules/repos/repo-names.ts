// What repositories are called, for who looks after the instance and reads of them in the ledger. It opens none of them.
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { mayOversee, type Actor } from '#modules/access';
import { namesForbidden } from './faults.ts';
import { NameReader } from './name-store.ts';

/** Names of all repositories. */
export class RepoNames {
  readonly #db: Db;

  constructor({ db }: { readonly db: Db }) {
    this.#db = db;
  }

  /** The Space with this full name, also one that is deleted. Throws `repo.names-forbidden`. */
  async findSpace(actor: Actor, fullName: string): Promise<Id | undefined> {
    if (!mayOversee(actor).allowed) throw namesForbidden();
    const [namespace = '', name = '', ...more] = fullName.split('/');
    return more.length > 0 ? undefined : await new NameReader(this.#db).findSpace(namespace, name);
  }

  /** By id. Throws `repo.names-forbidden`. */
  async namesOf(actor: Actor, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (!mayOversee(actor).allowed) throw namesForbidden();
    return await new NameReader(this.#db).namesOf([...new Set(ids)] as Id[]);
  }
}
