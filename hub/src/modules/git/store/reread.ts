// Reads stored git objects again, of all repositories or of one, in the order of their names, and tells which are not what their
// name says. Memory is bounded: a few megabytes of bodies at a time, or one body.
import { sql, type Kysely } from 'kysely';
import { sha1, type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { isCorrupted } from '@holdfast/platform/postgres/faults';
import { objectHeader, type ObjectKind } from '../object.ts';
import { type GitTables } from '../tables.ts';
import { groupsOf } from './objects.ts';

/** Which object of which repository. */
export interface ObjectName {
  readonly repoId: Id;
  readonly oid: Sha1;
}

/** An object that is not what it was. */
export interface FlawedObject extends ObjectName {
  /** `undefined` where the database cannot say. */
  readonly kind: ObjectKind | undefined;
  /** `unreadable`: the database finds its own pages broken. */
  readonly flaw: 'altered' | 'unreadable';
}

/** Some objects that follow one another. */
export interface RereadBatch {
  readonly last: ObjectName;
  /** How many bytes were read. */
  readonly bytes: number;
  readonly flawed: readonly FlawedObject[];
}

/** Where to read. */
export interface RereadRange {
  /** Objects behind this name alone. */
  readonly after?: ObjectName | undefined;
  /** Those of this repository alone. */
  readonly repoId?: Id;
}

/** Names in one question. */
const PAGE = 500;

/**
 * Reads all objects of the range again. What is removed meanwhile is passed over. Throws what the database says where it cannot even
 * list them.
 */
export async function* rereadObjects(db: Db, range: RereadRange): AsyncGenerator<RereadBatch> {
  const tables = db.withTables<GitTables>();
  for (let after = range.after; ;) {
    const page = await listPage(tables, { ...range, after });
    for (const group of await listGroups(tables, page)) {
      const last = group.at(-1);
      if (last !== undefined) yield { last, ...(await rereadGroup(tables, group)) };
    }
    after = page.at(-1);
    if (after === undefined) return;
  }
}

// Names alone, which the index has: a page of the table that is broken must not keep those beside it from being found.
async function listPage(db: Kysely<GitTables>, { after, repoId }: RereadRange): Promise<ObjectName[]> {
  const from = after ?? { repoId: repoId ?? '', oid: '' };
  const within = repoId === undefined ? sql`` : sql`and repo_id = ${repoId}`;
  const { rows } = await sql<ObjectName>`
    select repo_id as "repoId", oid from git.object
     where (repo_id, oid) > (${from.repoId}, ${from.oid}) ${within}
     order by repo_id, oid limit ${PAGE}`.execute(db);
  return rows;
}

async function listGroups(
  db: Kysely<GitTables>,
  page: readonly ObjectName[],
): Promise<Iterable<readonly ObjectName[]>> {
  const sizes = await guarded(async () => await listSizes(db, page));
  if (sizes === undefined) return page.map((one) => [one]);
  return groupsOf(page, ({ repoId, oid }) => sizes.get(`${repoId}/${oid}`) ?? 0);
}

async function listSizes(
  db: Kysely<GitTables>,
  page: readonly ObjectName[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<ObjectName & { size: number }>`
    select o.repo_id as "repoId", o.oid, o.size from ${named(page)}`.execute(db);
  return new Map(rows.map(({ repoId, oid, size }) => [`${repoId}/${oid}`, size]));
}

async function rereadGroup(
  db: Kysely<GitTables>,
  group: readonly ObjectName[],
): Promise<Omit<RereadBatch, 'last'>> {
  const whole = await guarded(async () => await readGroup(db, group));
  if (whole !== undefined) return whole;
  if (group.length === 1)
    return { bytes: 0, flawed: group.map((one) => ({ ...one, kind: undefined, flaw: 'unreadable' })) };
  // One of them cannot be read; the others must be, nevertheless.
  let bytes = 0;
  const flawed: FlawedObject[] = [];
  for (const one of group) {
    const alone = await rereadGroup(db, [one]);
    bytes += alone.bytes;
    flawed.push(...alone.flawed);
  }
  return { bytes, flawed };
}

async function readGroup(
  db: Kysely<GitTables>,
  group: readonly ObjectName[],
): Promise<Omit<RereadBatch, 'last'>> {
  const { rows } = await sql<ObjectName & { kind: ObjectKind; bytes: Buffer }>`
    select o.repo_id as "repoId", o.oid, o.kind, o.bytes from ${named(group)}`.execute(db);
  return {
    bytes: rows.reduce((sum, { bytes }) => sum + bytes.length, 0),
    flawed: rows.flatMap(({ repoId, oid, kind, bytes }): FlawedObject[] =>
      sha1(objectHeader(kind, bytes.length), bytes) === oid ? [] : [{ repoId, oid, kind, flaw: 'altered' }],
    ),
  };
}

function named(names: readonly ObjectName[]) {
  const [repoIds, oids] = [names.map(({ repoId }) => repoId), names.map(({ oid }) => oid)];
  return sql`unnest(${repoIds}::text[], ${oids}::text[]) as w (repo_id, oid)
      join git.object o on o.repo_id = w.repo_id and o.oid = w.oid`;
}

async function guarded<Found>(read: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!isCorrupted(error)) throw error;
    return undefined;
  }
}
