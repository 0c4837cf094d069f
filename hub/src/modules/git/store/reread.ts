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
  readonly kind: ObjectKind;
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

interface Listed extends ObjectName {
  readonly kind: ObjectKind;
  readonly size: number;
}

/** Names in one question. */
const PAGE = 500;

/** Reads all objects of the range again. What is removed meanwhile is passed over. */
export async function* rereadObjects(db: Db, range: RereadRange): AsyncGenerator<RereadBatch> {
  const tables = db.withTables<GitTables>();
  for (let after = range.after; ;) {
    const page = await listPage(tables, { ...range, after });
    for (const group of groupsOf(page, ({ size }) => size)) {
      const last = group.at(-1);
      if (last === undefined) continue;
      const bytes = group.reduce((sum, { size }) => sum + size, 0);
      yield { last, bytes, flawed: await listFlawed(tables, group) };
    }
    after = page.at(-1);
    if (after === undefined) return;
  }
}

async function listPage(db: Kysely<GitTables>, { after, repoId }: RereadRange): Promise<Listed[]> {
  const from = after ?? { repoId: repoId ?? '', oid: '' };
  const within = repoId === undefined ? sql`` : sql`and repo_id = ${repoId}`;
  const { rows } = await sql<Listed>`
    select repo_id as "repoId", oid, kind, size from git.object
     where (repo_id, oid) > (${from.repoId}, ${from.oid}) ${within}
     order by repo_id, oid limit ${PAGE}`.execute(db);
  return rows;
}

async function listFlawed(db: Kysely<GitTables>, group: readonly Listed[]): Promise<FlawedObject[]> {
  try {
    return await listAltered(db, group);
  } catch (error) {
    if (!isCorrupted(error)) throw error;
  }
  // One of them cannot be read; the others must be, nevertheless.
  const flawed: FlawedObject[] = [];
  for (const one of group) flawed.push(...(await listFlawedAlone(db, one)));
  return flawed;
}

async function listFlawedAlone(db: Kysely<GitTables>, one: Listed): Promise<FlawedObject[]> {
  try {
    return await listAltered(db, [one]);
  } catch (error) {
    if (!isCorrupted(error)) throw error;
    const { repoId, oid, kind } = one;
    return [{ repoId, oid, kind, flaw: 'unreadable' }];
  }
}

async function listAltered(db: Kysely<GitTables>, group: readonly Listed[]): Promise<FlawedObject[]> {
  const { rows } = await sql<ObjectName & { kind: ObjectKind; bytes: Buffer }>`
    select o.repo_id as "repoId", o.oid, o.kind, o.bytes
      from unnest(${group.map(({ repoId }) => repoId)}::text[], ${group.map(({ oid }) => oid)}::text[]) as w (repo_id, oid)
      join git.object o on o.repo_id = w.repo_id and o.oid = w.oid`.execute(db);
  return rows.flatMap(({ repoId, oid, kind, bytes }): FlawedObject[] =>
    sha1(objectHeader(kind, bytes.length), bytes) === oid ? [] : [{ repoId, oid, kind, flaw: 'altered' }],
  );
}
