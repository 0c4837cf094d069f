// The sessions of everybody, for who looks after the instance.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { mayGovern, mayOversee, type Actor } from '#modules/access';
import { credentialsForbidden } from '#modules/identity';
import { LiveReader, type LiveFilter, type LiveSession } from './live-store.ts';

/** All sessions that last. Each throws `account.credentials-forbidden`. */
export class LiveSessions {
  readonly #deps: { readonly db: Db; readonly clock: Clock };

  constructor(deps: { readonly db: Db; readonly clock: Clock }) {
    this.#deps = deps;
  }

  /** A page of them, the newest first; `after` is the id of the last one that was shown. */
  async list(
    actor: Actor,
    filter: LiveFilter,
    page: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<Page<LiveSession>> {
    return await this.#reader(actor).list(filter, { ...page, now: this.#deps.clock.now() });
  }

  /** How many there are, up to ten thousand. */
  async count(actor: Actor): Promise<number> {
    return await this.#reader(actor).count(this.#deps.clock.now());
  }

  /** When these users signed in last, by id; half a year is remembered. */
  async lastSignIns(actor: Actor, userIds: readonly Id[]): Promise<ReadonlyMap<string, Date>> {
    return await this.#reader(actor).lastSignIns(userIds);
  }

  /** The same of those among them who belong to an organisation, for who administers it. */
  async lastSignInsOf(actor: Actor, orgId: Id, userIds: readonly Id[]): Promise<ReadonlyMap<string, Date>> {
    if (!mayGovern(actor, orgId).allowed) throw credentialsForbidden();
    return await new LiveReader(this.#deps.db).lastSignIns(userIds, orgId);
  }

  #reader(actor: Actor): LiveReader {
    if (!mayOversee(actor).allowed) throw credentialsForbidden();
    return new LiveReader(this.#deps.db);
  }
}
