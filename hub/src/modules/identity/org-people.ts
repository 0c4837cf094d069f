// Who belongs to an organisation and how they stand, for who administers it: second factors, and nothing of anybody else.
import { type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { mayGovern, type Actor } from '#modules/access';
import { accountsForbidden } from './faults.ts';
import { PeopleReader } from './everybody-store.ts';
import { type Account } from './model.ts';
import { OrgPeopleReader, type OrgCounts, type OrgPerson } from './org-people-store.ts';
import { getGoverned } from './owners.ts';
import { AccountReader } from './store.ts';

/** The members of organisations, as the security centre shows them to owners. Each throws `account.forbidden`. */
export class OrgPeople {
  readonly #db: Db;

  constructor({ db }: { readonly db: Db }) {
    this.#db = db;
  }

  /** The organisation, for who administers it. Throws `account.missing`, `org.forbidden`. */
  async get(actor: Actor, name: string): Promise<Account> {
    return await getGoverned(new AccountReader(this.#db), actor, name);
  }

  /** A page of members; `after` is the id of the last one that was shown. */
  async list(
    actor: Actor,
    orgId: Id,
    page: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<Page<OrgPerson>> {
    return await this.#reader(actor, orgId).list(orgId, page);
  }

  /** How many there are. */
  async count(actor: Actor, orgId: Id): Promise<OrgCounts> {
    return await this.#reader(actor, orgId).count(orgId);
  }

  /** Which of these users belong to it, and since when. */
  async membersAmong(actor: Actor, orgId: Id, userIds: readonly Id[]): Promise<ReadonlyMap<Id, Date>> {
    return await this.#reader(actor, orgId).membersAmong(orgId, [...new Set(userIds)]);
  }

  /** What those are called who did something in it, members or not: names are known to all who sign in. */
  async namesOf(actor: Actor, orgId: Id, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    this.#reader(actor, orgId);
    return await new PeopleReader(this.#db).namesOf([...new Set(ids)] as Id[]);
  }

  #reader(actor: Actor, orgId: Id): OrgPeopleReader {
    if (!mayGovern(actor, orgId).allowed) throw accountsForbidden();
    return new OrgPeopleReader(this.#db);
  }
}
