// Opens and removes what the disk store keeps under a name.
import { unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Sha256 } from '@holdfast/kernel/digest';
import { syncDirectory } from './durable.ts';
import { objectMissing } from './faults.ts';
import { DiskObject } from './open-object.ts';
import { isErrorCode, openExisting } from './paths.ts';

/** Opens a stored file, with further flags of `open`. Throws `object.missing`. */
export async function openStored(path: string, name: Sha256, flags = 0): Promise<DiskObject> {
  const file = await openExisting(path, flags).catch((error: unknown) => {
    throw isErrorCode(error, 'ENOENT') ? objectMissing() : error;
  });
  return await DiskObject.of(name, file);
}

/** Removes a stored file, so that a power cut does not bring it back; `false` when it was not there. */
export async function removeStored(path: string): Promise<boolean> {
  try {
    await unlink(path);
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return false;
    throw error;
  }
  await syncDirectory(dirname(path));
  return true;
}
