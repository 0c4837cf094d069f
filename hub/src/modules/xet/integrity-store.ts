// Looks through the rows about files and xorbs, and tells what does not fit together.
import { sql } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { type XetHash } from './format/xet-hash.ts';
import { type XetTables } from './tables.ts';
import { Terms } from './terms.ts';

/** What does not fit. */
export interface XetFlaw {
  readonly scopeId: Id;
  readonly hash: XetHash;
  /** `unreadable`: its list of chunks; `xorbs`: it is made of some that are not noted; `used`: a xorb's mark is wrong. */
  readonly flaw: 'unreadable' | 'xorbs' | 'used';
}

const PAGE = 200;

/** Every file whose xorbs are not all noted as needed, or whose list of chunks cannot be read; a page at a time. */
export async function* listFileFlaws(
  db: Db,
): AsyncGenerator<{ readonly flaws: XetFlaw[]; readonly looked: number }> {
  let after: { scope_id: string; hash: string } = { scope_id: '', hash: '' };
  for (;;) {
    const { rows } = await sql<{ scope_id: Id; hash: XetHash; terms: Buffer; xorbs: XetHash[] }>`
      select f.scope_id, f.hash, f.terms, array(select u.xorb_hash from xet.use u
          where u.scope_id = f.scope_id and u.file_hash = f.hash) as xorbs
        from xet.file f where (f.scope_id, f.hash) > (${after.scope_id}, ${after.hash})
       order by f.scope_id, f.hash limit ${PAGE}`.execute(db.withTables<XetTables>());
    const last = rows.at(-1);
    if (last === undefined) return;
    const flaws: XetFlaw[] = [];
    for (const row of rows) {
      const flaw = flawOf(row.terms, new Set(row.xorbs));
      if (flaw !== undefined) flaws.push({ scopeId: row.scope_id, hash: row.hash, flaw });
    }
    yield { flaws, looked: rows.length };
    after = last;
  }
}

/** The first hundred xorbs that are marked as used although no file is made of them, or the other way round. */
export async function listMarkFlaws(db: Db): Promise<XetFlaw[]> {
  const { rows } = await sql<{ scope_id: Id; hash: XetHash }>`
    select scope_id, hash from xet.xorb x
     where used <> exists (select from xet.use u where u.scope_id = x.scope_id and u.xorb_hash = x.hash)
     limit 100`.execute(db.withTables<XetTables>());
  return rows.map((row) => ({ scopeId: row.scope_id, hash: row.hash, flaw: 'used' }));
}

function flawOf(bytes: Buffer, noted: ReadonlySet<XetHash>): XetFlaw['flaw'] | undefined {
  try {
    return Terms.decode(bytes).xorbs.every((xorb) => noted.has(xorb)) ? undefined : 'xorbs';
  } catch {
    return 'unreadable';
  }
}
