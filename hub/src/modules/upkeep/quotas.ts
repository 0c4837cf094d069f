// Keeps namespaces within what they may store. Invariant: of several who add at the same time the last ones are refused,
// because each counts, under one lock, what all before it committed.
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { operatorFields, referencesOf, type Actor } from '#modules/access';
import { AccountReader, accountMissing } from '#modules/identity';
import { record } from '#modules/ledger';
import { quotaExceeded } from './faults.ts';
import {
  findLimited,
  listLimited,
  lockNamespace,
  putQuota,
  removeQuota,
  sumStored,
  type Limited,
} from './quota-store.ts';
import { countedOf } from './model.ts';
import { storedBy } from './size-store.ts';

/** A namespace with what it uses and may use, in bytes. */
export interface Usage {
  readonly name: string;
  /** What counts against the limit. */
  readonly used: number;
  /** What lies in the store and the database for it, each thing once. */
  readonly stored: number;
  /** `null` is without a limit. */
  readonly limit: number | null;
  /** Whether the limit is its own, and not the one that is configured for all. */
  readonly own: boolean;
}

/** Quotas. */
export class Quotas {
  readonly #db: Db;
  readonly #fallback: number | null;

  /** `fallback`: the bytes of a namespace about which nothing was decided; `null` is without a limit. */
  constructor(deps: { readonly db: Db; readonly fallback: number | null }) {
    this.#db = deps.db;
    this.#fallback = deps.fallback;
  }

  /**
   * Refuses beforehand what would be too much; `assembled` is the bytes of files made of chunks, which may have been
   * counted when they came. Throws `quota.exceeded`.
   */
  async expect(ownerId: Id, wanted: number, kind: 'whole' | 'assembled' = 'whole'): Promise<void> {
    const limited = await findLimited(this.#db, ownerId);
    const limit = this.#limitOf(limited);
    if (limited === undefined || limit === null) return;
    const stored = await sumStored(this.#db, limited.id);
    const used = countedOf(stored);
    const then =
      kind === 'whole' ? used + wanted : countedOf({ ...stored, assembled: stored.assembled + wanted });
    if (then > limit) throw quotaExceeded({ name: limited.name, limit, used, wanted });
  }

  /** Refuses a transaction that has just added so many bytes, if that was too much. Throws `quota.exceeded`. */
  async settle(tx: Tx, ownerId: Id, added: number): Promise<void> {
    if (added <= 0) return;
    const limited = await findLimited(tx, ownerId);
    const limit = this.#limitOf(limited);
    if (limited === undefined || limit === null) return;
    await lockNamespace(tx, limited.id);
    const used = countedOf(await sumStored(tx, limited.id));
    if (used > limit) throw quotaExceeded({ name: limited.name, limit, used: used - added, wanted: added });
  }

  /** What namespaces use and may use. */
  async list(): Promise<Usage[]> {
    const list: Usage[] = [];
    for (const limited of await listLimited(this.#db))
      list.push({
        name: limited.name,
        used: countedOf(await sumStored(this.#db, limited.id)),
        stored: await storedBy(this.#db, limited.id),
        limit: this.#limitOf(limited),
        own: limited.decided !== undefined,
      });
    return list;
  }

  /** Limits a namespace; `null` lifts every limit. Throws `account.missing`. */
  async set(actor: Actor, name: string, bytes: number | null): Promise<void> {
    await this.#change(actor, name, { bytes, write: (tx, id) => putQuota(tx, id, bytes) });
  }

  /** Leaves a namespace to the limit that is configured for all. Throws `account.missing`. */
  async clear(actor: Actor, name: string): Promise<void> {
    await this.#change(actor, name, { bytes: 'configured', write: removeQuota });
  }

  async #change(
    actor: Actor,
    name: string,
    to: {
      readonly bytes: number | null | 'configured';
      readonly write: (tx: Tx, id: Id) => Promise<void>;
    },
  ): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const account = await new AccountReader(tx).findByName(name);
      if (account === undefined) throw accountMissing(name);
      await to.write(tx, account.id);
      await record(tx, {
        kind: 'quota.changed',
        subject: `account:${account.id}`,
        ...referencesOf(actor),
        body: { bytes: to.bytes },
        personal: operatorFields(actor),
      });
    });
  }

  #limitOf(limited: Limited | undefined): number | null {
    return limited?.decided === undefined ? this.#fallback : limited.decided;
  }
}
