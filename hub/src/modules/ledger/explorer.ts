// Looking into the ledger, for who looks after the instance: entries are found, followed, opened and proved.
import { type Clock } from '@holdfast/kernel/clock';
import { type Page } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Durability } from '@holdfast/platform/postgres/durability';
import { mayOversee, type Actor } from '#modules/access';
import { entryMissing, ledgerForbidden } from './faults.ts';
import { EntrySearch, type EntryFilter, type FollowedEntry, type FoundEntry } from './search-store.ts';
import { LedgerReader } from './store.ts';

/** An entry beside what proves that it is in the signed tree, as the offline verifier takes it. */
export interface ProvedEntry {
  readonly index: number;
  /** The signed checkpoint. */
  readonly note: string;
  /** Digests that lead from the entry to the root. */
  readonly path: readonly string[];
}

/** How the notary stands. */
export interface NotaryStanding {
  /** Entries in the tree. */
  readonly ordered: number;
  /** How long the oldest entry has waited that is not; `null` where none does. */
  readonly lagSeconds: number | null;
  /** What was signed last. */
  readonly checkpoint: { readonly size: number; readonly note: string } | undefined;
}

/** What looking needs. */
export interface ExplorerDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly durability: Pick<Durability, 'read' | 'lacks'>;
  /** Proves an entry by its digest, out of what the notary keeps. Throws for one that is not signed. */
  readonly prove: (hash: string) => Promise<unknown>;
}

/** The ledger, to look into. Each throws `ledger.forbidden`. */
export class Explorer {
  readonly #deps: ExplorerDeps;

  constructor(deps: ExplorerDeps) {
    this.#deps = deps;
  }

  /** A page of entries, the newest first. Throws `ledger.cursor-invalid`. */
  async list(
    actor: Actor,
    filter: EntryFilter,
    page: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<Page<FoundEntry>> {
    return await this.#search(actor).list(filter, page);
  }

  /** Entries that pass, in the order of the tree from this number on; without one, which number comes next. */
  async follow(
    actor: Actor,
    filter: EntryFilter,
    { from, limit }: { readonly from: number | undefined; readonly limit: number },
  ): Promise<{ readonly items: readonly FollowedEntry[]; readonly next: number }> {
    const search = this.#search(actor);
    if (from === undefined) return { items: [], next: await search.countOrdered() };
    return await search.follow(filter, { from, limit });
  }

  /** One entry. Throws `ledger.entry-missing`. */
  async get(actor: Actor, hash: string): Promise<FoundEntry> {
    const entry = await this.#search(actor).findByHash(hash);
    if (entry === undefined) throw entryMissing();
    return entry;
  }

  /** That it is in the signed tree. Throws what proving throws. */
  async prove(actor: Actor, hash: string): Promise<ProvedEntry> {
    await this.get(actor, hash);
    return (await this.#deps.prove(hash)) as ProvedEntry;
  }

  /** How the notary stands. */
  async standing(actor: Actor): Promise<NotaryStanding> {
    if (!mayOversee(actor).allowed) throw ledgerForbidden();
    const { db, clock } = this.#deps;
    const reader = new LedgerReader(db);
    const { waitingSince, ordered } = await reader.getOrdering();
    const lagSeconds =
      waitingSince === null ? null : Math.max(0, (clock.now().getTime() - waitingSince.getTime()) / 1_000);
    return { ordered, lagSeconds, checkpoint: await reader.findCheckpoint() };
  }

  /** What the database lacks to keep what it acknowledged, such as `fsync=off`; `undefined` when nobody can tell. */
  async listLacks(actor: Actor): Promise<readonly string[] | undefined> {
    if (!mayOversee(actor).allowed) throw ledgerForbidden();
    const { durability } = this.#deps;
    await durability.read();
    return durability.lacks;
  }

  #search(actor: Actor): EntrySearch {
    if (!mayOversee(actor).allowed) throw ledgerForbidden();
    return new EntrySearch(this.#deps.db);
  }
}
