// Where a backup may lie: in a folder of its own, keys and data never together.
import { readdir } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { ensureFolder, listNames, remove } from '@holdfast/platform/private-files';
import { measureSpace } from '@holdfast/platform/objects/free-space';
import { type Layout } from '../layout.ts';
import { keptApart, noRoom, placeRefused } from './faults.ts';
import { hasManifest, isUnfinished, openManifest, UNFINISHED, type BackupHead } from './manifest.ts';

/** Makes the folder ready for a backup; what one that was broken off left there goes. Throws `placeRefused`. */
export async function openPlace(folder: string, layout: Layout): Promise<void> {
  for (const own of [layout.data, layout.keys, layout.objects])
    if (isWithin(folder, own) || isWithin(own, folder))
      throw placeRefused(folder, `it lies in ${own}, or that in it`);
  const names = await listNames(folder).catch((error: unknown) => {
    throw placeRefused(folder, error instanceof Error ? error.message : String(error));
  });
  // The mark of it goes last: it is written over.
  if (isUnfinished(folder)) {
    for (const name of names) if (name !== UNFINISHED) await remove(join(folder, name));
  } else if (names.some((name) => name !== 'lost+found')) throw placeRefused(folder, 'it is not empty');
  await ensureFolder(folder, { mode: 0o700 }).catch((error: unknown) => {
    throw placeRefused(folder, error instanceof Error ? error.message : String(error));
  });
}

/** Refuses keys that nobody sealed beside data, or in the same folder. Throws `keptApart`. */
export async function requireApart(folder: string, kind: BackupHead['kind']): Promise<void> {
  for (let at = folder; ; at = dirname(at)) {
    await refuseOther(at, { folder, kind });
    if (dirname(at) === at) break;
  }
  const beside = await readdir(dirname(folder)).catch(() => []);
  for (const name of beside) await refuseOther(join(dirname(folder), name), { folder, kind });
}

async function refuseOther(
  at: string,
  { folder, kind }: { readonly folder: string; readonly kind: BackupHead['kind'] },
): Promise<void> {
  if (!hasManifest(at)) return;
  const other = kind === 'data' ? 'keys' : 'data';
  const found = await openManifest(at, other).catch(() => undefined);
  if (found === undefined || found.head.sealed) return;
  throw kind === 'keys' ? keptApart(folder, at) : keptApart(at, folder);
}

/** Whether one folder is another or lies in it. Pure. */
export function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
}

/** Throws `noRoom` where the disk of the folder has less than these bytes. */
export async function requireRoom(folder: string, bytes: number): Promise<void> {
  const { free } = await measureSpace(folder);
  if (free < bytes) throw noRoom(folder, bytes - free);
}
