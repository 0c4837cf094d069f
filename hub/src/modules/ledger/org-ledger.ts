// Looking into the ledger for who administers an organisation: entries about what is the organisation's, and no other. Invariant: of
// an entry, of a repository or of a token that is not, one cannot tell whether it is there; where people are is told of members alone.
import { parseId, type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { mayGovern, type Actor } from '#modules/access';
import { entryMissing, ledgerForbidden } from './faults.ts';
import { type ProvedEntry } from './explorer.ts';
import { isWithin, OrgScopeReader } from './org-scope-store.ts';
import { EntrySearch, type EntryFilter, type FoundEntry } from './search-store.ts';

/** Which entries are wanted. There is no asking by address or token: it would tell of those of others. */
export type OrgEntryFilter = Pick<EntryFilter, 'actor' | 'kind' | 'since' | 'until'> & {
  /** About what; the organisation itself where nothing is said. */
  readonly subject?: string | undefined;
};

/** What looking needs. */
export interface OrgLedgerDeps {
  readonly db: Db;
  /** Whether a repository is the organisation's now, also one that is deleted. */
  readonly isTheirs: (actor: Actor, orgId: Id, repoId: Id) => Promise<boolean>;
  /** Which of these users belong to it. */
  readonly membersAmong: (actor: Actor, orgId: Id, userIds: readonly Id[]) => Promise<ReadonlySet<Id>>;
  /** Proves an entry by its digest, out of what the notary keeps. Throws for one that is not signed. */
  readonly prove: (hash: string) => Promise<unknown>;
}

/** The ledger as far as it is an organisation's. Each throws `ledger.forbidden`. */
export class OrgLedger {
  readonly #deps: OrgLedgerDeps;

  constructor(deps: OrgLedgerDeps) {
    this.#deps = deps;
  }

  /** A page of entries, the newest first; none about what is not the organisation's. Throws `ledger.cursor-invalid`. */
  async list(
    actor: Actor,
    orgId: Id,
    { filter, ...page }: { filter: OrgEntryFilter; limit: number; cursor?: string | undefined },
  ): Promise<Page<FoundEntry>> {
    const scope = await this.#scopeOf(actor, orgId, filter.subject ?? `account:${orgId}`);
    if (scope === undefined) return { items: [] };
    const { actor: by, kind, since, until } = filter;
    const from =
      since === undefined || (scope.since !== undefined && scope.since > since) ? scope.since : since;
    const wish = {
      ...{ actor: by, kind, until, since: from },
      ...{ subject: scope.subject, org: scope.org },
    };
    const { items, ...more } = await new EntrySearch(this.#deps.db).list(wish, page);
    return { items: await this.#present(actor, orgId, items), ...more };
  }

  /** One entry. Throws `ledger.entry-missing`, also for one that is not the organisation's. */
  async get(actor: Actor, orgId: Id, hash: string): Promise<FoundEntry> {
    this.#require(actor, orgId);
    const entry = await new EntrySearch(this.#deps.db).findByHash(hash);
    const scope = entry && (await this.#scopeOf(actor, orgId, entry.subject));
    if (entry === undefined || scope === undefined || !isWithin(scope, entry)) throw entryMissing();
    const [shown] = await this.#present(actor, orgId, [entry]);
    return shown ?? entry;
  }

  /** That it is in the signed tree. Throws what `get` and proving throw. */
  async prove(actor: Actor, orgId: Id, hash: string): Promise<ProvedEntry> {
    await this.get(actor, orgId, hash);
    return (await this.#deps.prove(hash)) as ProvedEntry;
  }

  async #scopeOf(actor: Actor, orgId: Id, subject: string) {
    this.#require(actor, orgId);
    const { db, isTheirs } = this.#deps;
    return await new OrgScopeReader(db).find(orgId, subject, async (id) => await isTheirs(actor, orgId, id));
  }

  /** Takes away where somebody was, and through what they came, who is no member: what they did there is the organisation's, they are not. */
  async #present(actor: Actor, orgId: Id, entries: readonly FoundEntry[]): Promise<FoundEntry[]> {
    const actors = entries.flatMap(({ actor: by }) => userIn(by) ?? []);
    const members = await this.#deps.membersAmong(actor, orgId, actors);
    return entries.map((entry) => {
      const user = userIn(entry.actor);
      return user !== undefined && members.has(user) ? entry : { ...entry, credential: '', personal: {} };
    });
  }

  #require(actor: Actor, orgId: Id): void {
    if (!mayGovern(actor, orgId).allowed) throw ledgerForbidden();
  }
}

function userIn(reference: string): Id | undefined {
  return reference.startsWith('user:') ? parseId(reference.slice(5)) : undefined;
}
