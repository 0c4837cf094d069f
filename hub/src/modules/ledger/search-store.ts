// Looks entries up, the newest first, a page at a time. Pages follow each other by time and digest, so that a late one
// costs what the first does.
import { spellingsOf } from '@holdfast/kernel/network';
import { sql, type Expression, type Kysely, type SqlBool } from 'kysely';
import { decodeCursor, encodeCursor, type Page } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { cursorRejected } from './faults.ts';
import { type JudgedPersonal } from './model.ts';
import { readPersonal } from './personal-store.ts';
import { type LedgerTables } from './tables.ts';
import { SAID } from './told-count-store.ts';

/** Which entries are wanted; what is absent does not matter. */
export interface EntryFilter {
  readonly actor?: string | undefined;
  /** What was acted through: `token:<id>`. */
  readonly credential?: string | undefined;
  readonly subject?: string | undefined;
  /** Where the caller was, where that was recorded. */
  readonly address?: string | undefined;
  /** A kind, or with a dot at its end all that begin so. */
  readonly kind?: string | undefined;
  /** What its body names as the organisation. */
  readonly org?: string | undefined;
  readonly since?: Date | undefined;
  /** Before this. */
  readonly until?: Date | undefined;
}

/** Kinds that sum up what a run did since it began. */
export const SUMS_OF_RUNS: readonly string[] = ['space.contacted', 'space.egress-refused'];

/** Which are wanted of what is an organisation's. */
interface ScopedFilter extends EntryFilter {
  /** Of repeats of reads, those from then on. */
  readonly repeatsSince?: Date | undefined;
  /** Of sums of what runs did, those of runs from this one on. */
  readonly runsSince?: string | undefined;
}

/** An entry as it is shown to the operator. */
export interface FoundEntry extends JudgedPersonal {
  readonly hash: string;
  /** With microseconds, in UTC. */
  readonly at: string;
  readonly writer: string;
  readonly kind: string;
  readonly subject: string;
  readonly actor: string;
  readonly credential: string;
  /** Canonical JSON. */
  readonly body: string;
}

type EntryRow = Omit<FoundEntry, 'at' | keyof JudgedPersonal> & { readonly instant: string };

/** An entry with its number in the tree. */
export interface FollowedEntry extends FoundEntry {
  readonly index: number;
}

const INSTANT = sql<string>`to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** So many of the newest entries about one thing are looked at for a page: few that pass do not have all the others read. */
const LOOKED = 900;

/** Looks entries up. */
export class EntrySearch {
  readonly #db: Kysely<LedgerTables>;

  constructor(db: Db) {
    this.#db = db.withTables<LedgerTables>();
  }

  /** A page of entries, the newest first. Throws `cursorRejected`. */
  async list(
    filter: ScopedFilter,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<Page<FoundEntry>> {
    let query = this.#db
      .selectFrom('ledger.entry')
      .select(['hash', 'writer', 'kind', 'subject', 'actor', 'credential', 'body', INSTANT.as('instant')])
      .orderBy('at', 'desc')
      .orderBy('hash', 'desc')
      .limit(page.limit + 1);
    for (const condition of conditionsOf(filter, page.cursor)) query = query.where(condition);
    const rows = await query.execute();
    const shown = rows.slice(0, page.limit);
    const items = await this.#present(shown);
    const last = items.at(-1);
    if (rows.length <= page.limit || last === undefined) return { items };
    return { items, next: encodeCursor({ value: last.at, id: last.hash }) };
  }

  /**
   * The same of entries about one thing, however much was done to it: so many are looked at for one page, which may be short of entries, or
   * have none, and go on all the same. Throws `cursorRejected`.
   */
  async listAbout(
    { kind, actor, ...scope }: ScopedFilter & { readonly subject: string },
    page: { limit: number; cursor?: string | undefined },
  ): Promise<Page<FoundEntry>> {
    // Where the next page begins is told: it must be an entry that whoever asks may know of, if not one that they asked for.
    const passes = sql<boolean>`${sql.join([sql`true`, ...conditionsOf({ kind, actor })], sql` and `)}`;
    let query = this.#db
      .selectFrom('ledger.entry')
      .select(['hash', INSTANT.as('instant'), passes.as('passes')])
      .orderBy('at', 'desc')
      .orderBy('hash', 'desc')
      .limit(LOOKED);
    for (const condition of conditionsOf(scope, page.cursor)) query = query.where(condition);
    const looked = await query.execute();
    const found = looked.filter((one) => one.passes);
    const shown = found.slice(0, page.limit);
    const items = await this.#present(await this.#findAll(shown.map(({ hash }) => hash)));
    const edge =
      found.length > page.limit ? shown.at(-1) : looked.length < LOOKED ? undefined : looked.at(-1);
    if (edge === undefined) return { items };
    return { items, next: encodeCursor({ value: edge.instant, id: edge.hash }) };
  }

  /**
   * Entries that pass, in the order of the tree, of the `limit` leaves from `from` on; and from where to go on. The order
   * is final: what comes later has a higher number, whenever its transaction began.
   */
  async follow(
    filter: EntryFilter,
    { from, limit }: { readonly from: number; readonly limit: number },
  ): Promise<{ readonly items: readonly FollowedEntry[]; readonly next: number }> {
    const next = Math.min(await this.countOrdered(), from + limit);
    if (next <= from) return { items: [], next: from };
    const conditions = [sql`true`, ...conditionsOf(filter)];
    const { rows } = await sql<EntryRow & { readonly index: number }>`
      select l.index, e.hash, e.writer, e.kind, e.subject, e.actor, e.credential, e.body, ${INSTANT} as instant
        from notary.leaf l join notary.writer w on w.id = l.writer
        join lateral (
          select * from ledger.entry x where x.writer = w.name and x.lane = l.lane and x.n = l.n offset 0) e on true
       where l.index >= ${from} and l.index < ${next} and ${sql.join(conditions, sql` and `)}
       order by l.index`.execute(this.#db);
    return { items: await this.#present(rows), next };
  }

  /** One entry by its digest. */
  async findByHash(hash: string): Promise<FoundEntry | undefined> {
    return (await this.#present(await this.#findAll([hash])))[0];
  }

  /** How many entries are in the tree. */
  async countOrdered(): Promise<number> {
    const { size } = await this.#db.selectFrom('notary.tree').select('size').executeTakeFirstOrThrow();
    return size;
  }

  /** The newest first. */
  async #findAll(hashes: readonly string[]): Promise<EntryRow[]> {
    if (hashes.length === 0) return [];
    return await this.#db
      .selectFrom('ledger.entry')
      .select(['hash', 'writer', 'kind', 'subject', 'actor', 'credential', 'body', INSTANT.as('instant')])
      .where('hash', 'in', [...hashes])
      .orderBy('at', 'desc')
      .orderBy('hash', 'desc')
      .execute();
  }

  async #present<Row extends EntryRow>(rows: readonly Row[]): Promise<(Omit<Row, 'instant'> & FoundEntry)[]> {
    const personalOf = await readPersonal(this.#db, rows);
    return rows.map(({ instant: at, ...row }) => ({ ...row, at, ...personalOf(row) }));
  }
}

/** That one of these texts stands beside an entry as its address. */
export function isFrom(addresses: readonly string[]): Expression<SqlBool> {
  const texts = sql.join([...addresses]);
  return sql<SqlBool>`hash in (select entry from ledger.personal where field = 'address' and value in (${texts}))`;
}

// Who writes that table has nobody pass for having been somewhere else: not as something that is found, either.
const IS_COMMITTED = sql<SqlBool>`${SAID} #>> '{personal,address}' = (
  select encode(sha256(p.salt || convert_to(p.value, 'UTF8')), 'hex') from ledger.personal p
   where p.entry = hash and p.field = 'address')`;

/** What an entry must hold to pass, and to come behind the cursor. Throws `cursorRejected`. */
export function conditionsOf(filter: ScopedFilter, cursor?: string): Expression<SqlBool>[] {
  const { actor, credential, subject, address, kind, org, since, repeatsSince, runsSince, until } = filter;
  const is = (
    column: 'actor' | 'credential' | 'subject',
    value: string | undefined,
  ): Expression<SqlBool>[] => (value === undefined ? [] : [sql<SqlBool>`${sql.ref(column)} = ${value}`]);
  const conditions = [...is('actor', actor), ...is('subject', subject)];
  // The index has no empty ones; so must the question.
  if (credential !== undefined)
    conditions.push(sql<SqlBool>`credential <> ''`, ...is('credential', credential));
  if (org !== undefined) conditions.push(sql<SqlBool>`${SAID} ->> 'org' = ${org}`);
  if (since !== undefined) conditions.push(sql<SqlBool>`at >= ${since}`);
  if (repeatsSince !== undefined)
    conditions.push(sql<SqlBool>`(kind <> 'read.repeated' or at >= ${repeatsSince})`);
  if (runsSince !== undefined)
    conditions.push(
      sql<SqlBool>`(kind not in (${sql.join([...SUMS_OF_RUNS])}) or ${SAID} ->> 'run' >= ${runsSince})`,
    );
  if (until !== undefined) conditions.push(sql<SqlBool>`at < ${until}`);
  if (kind !== undefined)
    conditions.push(
      kind.endsWith('.') ? sql<SqlBool>`starts_with(kind, ${kind})` : sql<SqlBool>`kind = ${kind}`,
    );
  // Sign-ins and refusals have the network that is counted, reads and what was sent the address itself.
  if (address !== undefined) conditions.push(isFrom(spellingsOf(address)), IS_COMMITTED);
  if (cursor !== undefined) {
    const position = decodeCursor(cursor);
    if (typeof position?.value !== 'string' || Number.isNaN(Date.parse(position.value)))
      throw cursorRejected();
    conditions.push(sql<SqlBool>`(at, hash) < (${position.value}::timestamptz, ${position.id})`);
  }
  return conditions;
}
