// Looking into the ledger for who administers an organisation: entries about what is the organisation's, and no other. Invariant: of
// an entry, of a repository or of a token that is not, one cannot tell whether it is there; where people are is told of members alone.
import { type Clock } from '@holdfast/kernel/clock';
import { parseId, type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { mayGovern, type Actor } from '#modules/access';
import { entryMissing, ledgerForbidden, proofWithheld } from './faults.ts';
import { type ProvedEntry } from './explorer.ts';
import { readBody } from './model.ts';
import { isWithin, OrgScopeReader, repeatsSince, runsSince } from './org-scope-store.ts';
import { EntrySearch, type EntryFilter, type FoundEntry } from './search-store.ts';

/** Which entries are wanted. There is no asking by address or token: it would tell of those of others. */
export type OrgEntryFilter = Pick<EntryFilter, 'actor' | 'kind' | 'since' | 'until'> & {
  /** About what; the organisation itself where nothing is said. */
  readonly subject?: string | undefined;
};

/** What came, and what of it is left to the list. */
interface Followed {
  readonly items: readonly FoundEntry[];
  readonly next: Date;
  readonly cutSince: Date | undefined;
}

/** What looking needs. */
export interface OrgLedgerDeps {
  readonly db: Db;
  readonly clock: Clock;
  /** Whether a repository is the organisation's now, also one that is deleted. */
  readonly isTheirs: (actor: Actor, orgId: Id, repoId: Id) => Promise<boolean>;
  /** Which of these users belong to it, and since when. */
  readonly membersAmong: (actor: Actor, orgId: Id, userIds: readonly Id[]) => Promise<ReadonlyMap<Id, Date>>;
  /** Proves an entry by its digest, out of what the notary keeps. Throws for one that is not signed. */
  readonly prove: (hash: string) => Promise<unknown>;
}

/**
 * An entry has the time at which its transaction wrote it, and is seen when that is committed: so much before what was seen last is read
 * again. It makes up for a database whose clock is not the hub's, too.
 */
const LATE_COMMIT_MS = 60_000;

/** The ledger as far as it is an organisation's. Each throws `ledger.forbidden`. */
export class OrgLedger {
  readonly #deps: OrgLedgerDeps;

  constructor(deps: OrgLedgerDeps) {
    this.#deps = deps;
  }

  /** A page of entries, the newest first, which may be short and go on all the same; none about what is not the organisation's. Throws `ledger.cursor-invalid`. */
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
      ...{
        subject: scope.subject,
        org: scope.org,
        repeatsSince: repeatsSince(scope),
        runsSince: runsSince(scope),
      },
    };
    const { items, ...more } = await new EntrySearch(this.#deps.db).listAbout(wish, page);
    return { items: await this.#present(actor, orgId, items), ...more };
  }

  /**
   * The newest entries since a moment, or of the last minute where none is named, the newest first; some were told before. And from which
   * moment on it is asked next: what follows is found by time, because the number of an entry in the tree would tell how much others do.
   * Where more may have come than is told, `cutSince` is the moment from which on the list has it: who makes noise must not hide an entry.
   */
  async follow(
    actor: Actor,
    orgId: Id,
    {
      filter,
      from,
      limit,
    }: {
      readonly filter: Omit<OrgEntryFilter, 'since' | 'until'>;
      readonly from: Date | undefined;
      readonly limit: number;
    },
  ): Promise<Followed> {
    const next = this.#deps.clock.now();
    const since = new Date((from ?? next).getTime() - LATE_COMMIT_MS);
    const found = await this.list(actor, orgId, { filter: { ...filter, since }, limit });
    return { items: found.items, next, cutSince: found.next === undefined ? undefined : since };
  }

  /** One entry. Throws `ledger.entry-missing`, also for one that is not the organisation's. */
  async get(actor: Actor, orgId: Id, hash: string): Promise<FoundEntry> {
    return (await this.#find(actor, orgId, hash)).shown;
  }

  /**
   * That it is in the signed tree. Throws `ledger.proof-withheld` where the proof would say what `get` leaves out, and what `get` and proving
   * throw.
   */
  async prove(actor: Actor, orgId: Id, hash: string): Promise<ProvedEntry> {
    const { entry, shown } = await this.#find(actor, orgId, hash);
    if (!isWhole(shown, entry)) throw proofWithheld();
    return (await this.#deps.prove(hash)) as ProvedEntry;
  }

  async #find(
    actor: Actor,
    orgId: Id,
    hash: string,
  ): Promise<{ readonly entry: FoundEntry; readonly shown: FoundEntry }> {
    this.#require(actor, orgId);
    const entry = await new EntrySearch(this.#deps.db).findByHash(hash);
    const scope = entry && (await this.#scopeOf(actor, orgId, entry.subject));
    if (entry === undefined || scope === undefined || !isWithin(scope, entry)) throw entryMissing();
    const [shown] = await this.#present(actor, orgId, [entry]);
    if (shown === undefined) throw entryMissing();
    return { entry, shown };
  }

  async #scopeOf(actor: Actor, orgId: Id, subject: string) {
    this.#require(actor, orgId);
    const { db, isTheirs } = this.#deps;
    return await new OrgScopeReader(db).find(orgId, subject, async (id) => await isTheirs(actor, orgId, id));
  }

  async #present(actor: Actor, orgId: Id, entries: readonly FoundEntry[]): Promise<FoundEntry[]> {
    const actors = entries.flatMap(({ actor: by }) => userIn(by) ?? []);
    const members = await this.#deps.membersAmong(actor, orgId, actors);
    return entries.map((entry) => {
      const user = userIn(entry.actor);
      return shownOf(entry, user && members.get(user));
    });
  }

  #require(actor: Actor, orgId: Id): void {
    if (!mayGovern(actor, orgId).allowed) throw ledgerForbidden();
  }
}

/** What of somebody who did it is shown. Other values may be about others, such as the mail address of whom another owner invited. */
const SHOWN: ReadonlySet<string> = new Set(['address', 'client']);
/** Of entries about a repository, its name as well. */
const SHOWN_OF_REPO: ReadonlySet<string> = new Set([...SHOWN, 'name']);

/**
 * Takes away where somebody was, and through what they came, who was no member then: what they did there is the organisation's, they are
 * not. Nor is the vault's journal, which counts acts of the whole instance.
 */
function shownOf(entry: FoundEntry, memberSince: Date | undefined): FoundEntry {
  const body = withoutJournal(entry.body);
  if (memberSince === undefined || new Date(entry.at) < memberSince)
    return { ...entry, body, credential: '', personal: {}, doubted: {} };
  const fields = entry.subject.startsWith('repo:') ? SHOWN_OF_REPO : SHOWN;
  const shown = <Value>(values: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(Object.entries(values).filter(([field]) => fields.has(field)));
  return { ...entry, body, personal: shown(entry.personal), doubted: shown(entry.doubted) };
}

function withoutJournal(body: string): string {
  const { journal, ...rest } = readBody(body);
  return journal === undefined ? body : JSON.stringify(rest);
}

/** Whether nothing was taken away. */
function isWhole(shown: FoundEntry, entry: FoundEntry): boolean {
  return (
    shown.credential === entry.credential &&
    shown.body === entry.body &&
    Object.keys(entry.personal).every((field) => field in shown.personal) &&
    Object.keys(entry.doubted).every((field) => field in shown.doubted)
  );
}

function userIn(reference: string): Id | undefined {
  return reference.startsWith('user:') ? parseId(reference.slice(5)) : undefined;
}
