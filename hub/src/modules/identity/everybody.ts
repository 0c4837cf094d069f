// Who is on the instance, for who looks after it: everybody, and how they stand.
import { type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { mayOversee, type Actor } from '#modules/access';
import { accountMissing, accountsForbidden } from './faults.ts';
import { PeopleReader, type PeopleCounts, type PeopleFilter, type Person } from './everybody-store.ts';
import { AccountReader } from './store.ts';

/** Everybody, as the security centre shows them. Each throws `account.forbidden`. */
export class Everybody {
  readonly #db: Db;

  constructor({ db }: { readonly db: Db }) {
    this.#db = db;
  }

  /** A page of users, the newest first; `after` is the id of the last one that was shown. */
  async list(
    actor: Actor,
    filter: PeopleFilter,
    page: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<Page<Person>> {
    return await this.#reader(actor).list(filter, page);
  }

  /** One user by name. Throws `account.missing`. */
  async get(actor: Actor, name: string): Promise<Person> {
    const reader = this.#reader(actor);
    const account = await new AccountReader(this.#db).findByName(name);
    const person = account && (await reader.findById(account.id));
    if (person === undefined) throw accountMissing(name);
    return person;
  }

  /** The names of accounts, by id. */
  async namesOf(actor: Actor, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return await this.#reader(actor).namesOf([...new Set(ids)] as Id[]);
  }

  /** How many there are. */
  async count(actor: Actor): Promise<PeopleCounts> {
    return await this.#reader(actor).count();
  }

  #reader(actor: Actor): PeopleReader {
    if (!mayOversee(actor).allowed) throw accountsForbidden();
    return new PeopleReader(this.#db);
  }
}
