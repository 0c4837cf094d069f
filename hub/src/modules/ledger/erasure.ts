// Erases personal values beside entries. The entries hold salted commitments and stay as they are, so that every proof
// does; how much was erased, by whom and of what, is an entry in the same transaction.
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { operatorFields, referencesOf, type Actor } from '#modules/access';
import { erasePersonal, listPersonal, readNow } from './erasure-store.ts';
import { prepareEntry } from './model.ts';
import { type EntryFilter } from './search-store.ts';

/** Entries whose values are erased in one transaction. */
const PAGE = 1_000;

/** Erases. */
export class Erasure {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Erases the personal values of what was recorded until now and passes the filter; returns how many there were. */
  async erase(by: Actor, wanted: EntryFilter): Promise<number> {
    // By the database's clock, as the entries are: what this records about itself is not erased with the rest, or it would
    // never end.
    const now = await readNow(this.#db);
    const filter = {
      ...wanted,
      until: wanted.until !== undefined && wanted.until < now ? wanted.until : now,
    };
    let erased = 0;
    for (let page = -1; page !== 0; erased += page)
      page = await this.#db.transaction(async (tx) => await erasePage(tx, by, filter));
    return erased;
  }
}

async function erasePage(tx: Tx, by: Actor, filter: EntryFilter): Promise<number> {
  const { entries, values } = await listPersonal(tx, filter, PAGE);
  if (entries.length === 0) return 0;
  const { actor } = referencesOf(by);
  const prepared = prepareEntry({
    ...{ kind: 'personal.erased', subject: 'ledger:personal', actor, credential: '' },
    body: { erased: values, filter: withoutPersonal(filter) },
    personal: operatorFields(by),
  });
  await erasePersonal(tx, { entries, actor, prepared });
  return values;
}

// An address that was asked for must not come back in the entry that says it is erased.
function withoutPersonal({
  address,
  since,
  until,
  ...filter
}: EntryFilter): Record<string, string | boolean | undefined> {
  return {
    ...filter,
    ...(address !== undefined && { address: true }),
    since: since?.toISOString(),
    until: until?.toISOString(),
  };
}
