// What a backup copies: which files of the database's folder, of the object store, of the data directory and of the keys.
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from './copy.ts';

/** A file or folder, by its path below where it was looked for. */
export interface Found {
  readonly path: string;
  readonly isFolder: boolean;
  readonly size: number;
}

/** Everything below a folder, folders before what is in them; what goes meanwhile is passed over. Links are not followed. */
export async function* walk(root: string, below = ''): AsyncGenerator<Found> {
  const folder = join(root, below);
  const entries = await opendir(folder).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (entries === undefined) return;
  for await (const entry of entries) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      yield { path, isFolder: true, size: 0 };
      yield* walk(root, path);
    } else if (entry.isFile()) {
      const found = await stat(join(root, path)).catch(() => undefined);
      if (found !== undefined) yield { path, isFolder: false, size: found.size };
    }
  }
}

/** Folders of the server that are there but hold nothing for another start. */
const EMPTIED = /^(pg_dynshmem|pg_notify|pg_replslot|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)\//;
const LEFT_OUT =
  /^(postmaster\.(pid|opts)|pg_wal\/.*|.*\/?pgsql_tmp.*|.*pg_internal\.init.*|backup_label.*|.*\/t\d+_\d+.*)$/;
const LOG_FOLDERS = /^pg_wal\/(archive_status|summaries)$/;

/** Whether a file or folder of the server belongs into a backup (what pg_basebackup takes). Pure. */
export function isOfCluster({ path, isFolder }: Pick<Found, 'path' | 'isFolder'>): boolean {
  if (isFolder && LOG_FOLDERS.test(path)) return true;
  return !EMPTIED.test(path) && !LEFT_OUT.test(path);
}

/** Whether a name in the log's folder is one of its files from the first to the last. Pure. */
export function isLogBetween(
  name: string,
  { first, last }: { readonly first: string; readonly last: string },
): boolean {
  return /^[0-9A-F]{24}$/.test(name) && name >= first && name <= last;
}

/** Folders of the object store that hold what has a name. */
export const OBJECT_FOLDERS = ['sha256', 'packs'] as const;

/** Small files of the data directory that a start needs. */
export const SMALL_FILES = ['config.json', 'instance', 'first-admin'] as const;

/** Whether a file among the keys is kept. The first administrator's password is somebody's to read once. Pure. */
export function isKey(path: string): boolean {
  return path !== 'admin.password' && !path.endsWith('.tmp');
}
