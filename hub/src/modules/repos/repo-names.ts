// What repositories are called, for who looks after the instance, or after their organisation, and reads of them in the ledger. It
// opens none of them.
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { mayGovern, mayOversee, type Actor } from '#modules/access';
import { namesForbidden } from './faults.ts';
import { NameReader, type NamedRepo } from './name-store.ts';

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

  /** By id, those of an organisation, for who administers it; of others nothing is told. Throws `repo.names-forbidden`. */
  async namesIn(actor: Actor, orgId: Id, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return await this.#readerOf(actor, orgId).namesIn(orgId, [...new Set(ids)] as Id[]);
  }

  /** The one of an organisation that has this name, or had it last. Throws `repo.names-forbidden`. */
  async findIn(actor: Actor, orgId: Id, of: Omit<NamedRepo, 'id'>): Promise<Id | undefined> {
    return await this.#readerOf(actor, orgId).findIn(orgId, of);
  }

  /** Some of those of an organisation, the newest of each type first. Throws `repo.names-forbidden`. */
  async listIn(actor: Actor, orgId: Id, limit: number): Promise<NamedRepo[]> {
    return await this.#readerOf(actor, orgId).listIn(orgId, limit);
  }

  #readerOf(actor: Actor, orgId: Id): NameReader {
    if (!mayGovern(actor, orgId).allowed) throw namesForbidden();
    return new NameReader(this.#db);
  }
}
