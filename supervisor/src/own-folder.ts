// Whether the data directory is one that we may use: asked before anything in it is read, so that the likeliest mistake
// (root's directory, as an ordinary user) is told in words and not by whichever file happens to be read first.
import { findOwner } from '@holdfast/platform/private-files';
import { folderRefused } from './faults.ts';

/** Throws `folderRefused` when the directory is a file, closed to us, or another user's. One that is not there yet is fine. */
export async function requireOwnFolder(data: string): Promise<void> {
  const uid = process.getuid?.() ?? 0;
  const found = await findOwner(data).catch((error: unknown) => {
    throw folderRefused(data, reasonOf(error, uid));
  });
  if (found === undefined) return;
  if (!found.isFolder) throw folderRefused(data, 'it is not a folder');
  if (uid !== 0 && found.uid !== uid)
    throw folderRefused(data, `it belongs to user ${String(found.uid)}, and this is user ${String(uid)}`);
}

function reasonOf(error: unknown, uid: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EACCES') return `a folder above it is closed to user ${String(uid)}`;
  if (code === 'ENOTDIR') return 'something above it is not a folder';
  return error instanceof Error ? error.message : String(error);
}
