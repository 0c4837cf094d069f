// Puts a backup back into an empty data directory. What is there says from the first moment that it comes out of a backup and is not
// whole; only when every byte is there and is what the manifest says does it say that a start may begin.
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { openLock } from '@holdfast/platform/lock';
import { ensureFolder, exists, isEmptyFolder, listNames, remove } from '@holdfast/platform/private-files';
import { type Config } from '../config/config.ts';
import { type Console } from '../console.ts';
import { alreadyRunning } from '../faults.ts';
import { layoutOf, type Layout } from '../layout.ts';
import { requireOwnFolder } from '../own-folder.ts';
import { POSTGRES_MAJOR } from '../postgres/binaries.ts';
import { findMarker, writeMarker } from '../restored-marker.ts';
import { isMissing, Target } from './copy.ts';
import { backupDamaged, backupVersion, noBackup, placeRefused } from './faults.ts';
import { restoreKeys } from './keys-backup.ts';
import { openManifest, type BackedUpFile, type Manifest } from './manifest.ts';
import { isWithin, requireRoom } from './place.ts';

/** What is to be put back. */
export interface RestoreWish {
  readonly folders: Config['folders'];
  readonly folder: string;
  /** A backup of the keys; `undefined`: those that are at hand are used. */
  readonly keys: string | undefined;
  readonly passphrase: Buffer | undefined;
  readonly version: string;
  readonly console: Console;
}

/** What was put back. */
export interface Restored {
  readonly backup: string;
  readonly madeAt: string;
  readonly files: number;
  readonly bytes: number;
  /** Whether the database was in it. */
  readonly database: boolean;
  /** Keys that are not at hand. */
  readonly missingKeys: readonly string[];
}

/** Restores. Throws the faults of `faults.ts`, and `alreadyRunning`. */
export async function restore(wish: RestoreWish): Promise<Restored> {
  const { folders, folder, console } = wish;
  const layout = layoutOf(folders);
  if (isWithin(folder, layout.data) || isWithin(layout.data, folder))
    throw placeRefused(folder, `it lies in ${layout.data}, or that in it`);
  const manifest = await openManifest(folder, 'data');
  requireVersion(manifest, wish.version);
  const keys = wish.keys === undefined ? undefined : await openManifest(wish.keys, 'keys');
  if (keys !== undefined && keys.head.instance !== manifest.head.instance)
    throw noBackup(keys.folder, 'it holds the keys of another instance');
  await requireFiles(manifest);
  await requireOwnFolder(layout.data);
  await ensureFolder(layout.data, { mode: 0o700 });
  const lock = await openLock(layout.lockFile);
  if ('holder' in lock) throw alreadyRunning(layout.data, lock.holder);
  using _held = lock;
  await clear(layout);
  // On two disks it shows while they fill up.
  if (isWithin(layout.objects, layout.data)) await requireRoom(layout.data, manifest.bytes);
  const { id: backup, madeAt, postgres } = manifest.head;
  await writeMarker(layout, { backup, madeAt, whole: false });
  console.step(`Putting back the backup ${backup} of ${madeAt}`);
  await putBack(manifest, layout);
  if (keys !== undefined) await restoreKeys({ manifest: keys, passphrase: wish.passphrase, to: layout.keys });
  await writeMarker(layout, { backup, madeAt, whole: true });
  const { files, bytes } = manifest;
  return { backup, madeAt, files, bytes, database: postgres !== null, missingKeys: listMissing(layout) };
}

function requireVersion({ head }: Manifest, version: string): void {
  if (head.postgres !== null && head.postgres !== POSTGRES_MAJOR)
    throw backupVersion(
      `its database is of PostgreSQL ${head.postgres}, and this Holdfast brings ${POSTGRES_MAJOR}`,
    );
  if (isNewer(head.version, version))
    throw backupVersion(`Holdfast ${head.version} made it, and this is ${version}`);
}

/** Whether the one version comes after the other. Pure. */
export function isNewer(one: string, other: string): boolean {
  const [left, right] = [one, other].map((text) => text.split(/[.-]/).map(Number));
  for (let n = 0; n < 3; n += 1) {
    const difference = (left?.[n] ?? 0) - (right?.[n] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

// Before anything is written: a backup that lacks something is said to in a moment, and not after an hour.
async function requireFiles(manifest: Manifest): Promise<void> {
  const { folder } = manifest;
  const missing: string[] = [];
  for await (const line of manifest.lines()) {
    if (!('path' in line)) continue;
    const found = await lstat(join(folder, line.path)).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (found?.isFile() !== true || found.size !== line.size) missing.push(line.path);
  }
  const [first] = missing;
  if (first !== undefined)
    throw backupDamaged(folder, `${missing.length} files are missing or cut off, the first is ${first}`);
}

// What a restore that was broken off put there goes; anything else is somebody's.
async function clear(layout: Layout): Promise<void> {
  const names = (await listNames(layout.data)).filter((name) => join(layout.data, name) !== layout.lockFile);
  const outside = !isWithin(layout.objects, layout.data);
  if ((await findMarker(layout))?.whole === false) {
    for (const name of names)
      if (join(layout.data, name) !== layout.restoredMarker) await remove(join(layout.data, name));
    if (outside) await remove(join(layout.objects, 'store'));
    return;
  }
  const [first] = names.filter((name) => name !== 'lost+found');
  if (first !== undefined) throw placeRefused(layout.data, `it is not empty: it holds ${first}`);
  if (outside && !(await isEmptyFolder(layout.objects)))
    throw placeRefused(layout.objects, 'it is not empty, and objects would be mixed');
}

async function putBack(manifest: Manifest, layout: Layout): Promise<void> {
  const targets = {
    database: new Target(layout.postgres),
    objects: new Target(join(layout.objects, 'store')),
    files: new Target(layout.data),
  };
  for await (const line of manifest.lines()) {
    const path = 'path' in line ? line.path : line.folder;
    const [part = '', ...rest] = path.split('/');
    if (part !== 'database' && part !== 'objects' && part !== 'files')
      throw backupDamaged(manifest.folder, `${path} is no part of a backup of data`);
    const target = targets[part];
    if ('path' in line) await putFile(manifest.folder, { line, target, to: rest.join('/') });
    else await target.addFolder(rest.join('/'));
  }
  for (const target of Object.values(targets)) await target.sync();
}

async function putFile(
  folder: string,
  { line, target, to }: { readonly line: BackedUpFile; readonly target: Target; readonly to: string },
): Promise<void> {
  const copied = await target.copy(join(folder, line.path), to);
  if (copied.sha256 !== line.sha256) throw backupDamaged(folder, `${line.path} was altered`);
}

function listMissing({ keys }: Layout): string[] {
  const needed = [
    'hub.key',
    'postgres-superuser.password',
    'postgres-owner.password',
    'postgres-hub.password',
  ];
  return [...needed, 'notary/signing.key', 'vault/root.key'].filter((name) => !exists(join(keys, name)));
}
