// Reads the personal values beside entries, each held against what its entry commits to.
import { sql, type Kysely } from 'kysely';
import { judgePersonal, type JudgedPersonal, type PersonalField } from './model.ts';
import { type LedgerTables } from './tables.ts';

interface Committed {
  readonly hash: string;
  /** Canonical JSON. */
  readonly body: string;
}

/** Personal values of entries, by their digests, and what is wrong with those that are not shown. */
export async function readPersonal(
  db: Kysely<LedgerTables>,
  entries: readonly Committed[],
): Promise<(entry: Committed) => JudgedPersonal> {
  const found = await findValues(
    db,
    entries.map(({ hash }) => hash),
  );
  const judge = ({ hash, body }: Committed, isErased: boolean): JudgedPersonal =>
    judgePersonal(body, found.get(hash) ?? [], isErased);
  const lacking = entries.filter((entry) => Object.values(judge(entry, false).doubted).includes('missing'));
  const erased = await findErased(
    db,
    lacking.map(({ hash }) => hash),
  );
  return (entry) => judge(entry, erased.has(entry.hash));
}

async function findValues(
  db: Kysely<LedgerTables>,
  hashes: readonly string[],
): Promise<Map<string, PersonalField[]>> {
  const found = new Map<string, PersonalField[]>();
  if (hashes.length === 0) return found;
  const rows = await db
    .selectFrom('ledger.personal')
    .select(['entry', 'field', 'salt', 'value'])
    .where('entry', 'in', [...hashes])
    .execute();
  for (const { entry, ...value } of rows) found.set(entry, [...(found.get(entry) ?? []), value]);
  return found;
}

/** Of which of these it is on the ledger that their values were erased. */
async function findErased(db: Kysely<LedgerTables>, hashes: readonly string[]): Promise<Set<string>> {
  if (hashes.length === 0) return new Set();
  const { rows } = await sql<{ hash: string }>`
    select of.hash from ledger.erasure r cross join unnest(r.entries) of (hash)
     where r.entries && ${hashes}::text[] and of.hash = any(${hashes}::text[])
       and exists (select from ledger.entry e where e.hash = r.entry and e.kind = 'personal.erased')`.execute(
    db,
  );
  return new Set(rows.map(({ hash }) => hash));
}
