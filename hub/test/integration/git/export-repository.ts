// Writes a repository of the database out as git keeps one, so that git itself can look at it.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { sql } from 'kysely';
import { type Db } from '@holdfast/platform/postgres/database';
import { mustRun } from '../../harness/program.ts';

/** Writes every object and ref of the repository into a bare repository. */
export async function exportRepository(from: Db, repoId: string, folder: string): Promise<void> {
  await mustRun('git', ['init', '--quiet', '--bare', '--initial-branch=main', folder]);
  const db = from.withTables<never>();
  const { rows: objects } = await sql<{ oid: string; kind: string; bytes: Buffer }>`
    select oid, kind, bytes from git.object where repo_id = ${repoId}`.execute(db);
  for (const { oid, kind, bytes } of objects) {
    const at = path.join(folder, 'objects', oid.slice(0, 2));
    await mkdir(at, { recursive: true });
    const framed = Buffer.concat([Buffer.from(`${kind} ${bytes.length}\0`), bytes]);
    await writeFile(path.join(at, oid.slice(2)), deflateSync(framed));
  }
  const { rows: refs } = await sql<{ name: string; target: string }>`
    select name, target from git.ref where repo_id = ${repoId}`.execute(db);
  for (const { name, target } of refs) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), `${target}\n`);
  }
}
