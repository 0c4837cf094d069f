// Where the disk store keeps what, below its root:
//   sha256/ab/cd/<digest>       objects
//   packs/ab/cd/<name>          packs
//   incoming/<instance>/<name>  bytes on their way in, of one running hub
//   parts/<id>/…                uploads in parts, shared by all hubs
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256 } from '@holdfast/kernel/digest';

/** Whether an error is the operating system's, with one of these codes. */
export function isErrorCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** Joins names below a root. A name that this code did not make itself, such as `..`, is a bug and throws. */
export function below(root: string, ...names: readonly string[]): string {
  for (const name of names) {
    if (!/^[0-9A-Za-z][0-9A-Za-z-]*$/.test(name)) throw new Error('a storage path has an unexpected name');
  }
  return join(root, ...names);
}

/** Where an object lies. Two levels of 256 keep directories small. */
export function objectPath(root: string, sha256: Sha256): string {
  return below(root, 'sha256', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
}

/** Where a pack lies. */
export function packPath(root: string, name: Sha256): string {
  return below(root, 'packs', name.slice(0, 2), name.slice(2, 4), name);
}

/** Opens a file for reading; a symbolic link in its place is refused, because it could show any file of the hub. */
export async function openExisting(path: string, flags = 0): Promise<FileHandle> {
  return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | flags);
}

/** Makes a file that must not exist yet, for its owner alone. */
export async function openNew(path: string): Promise<FileHandle> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  return await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
}
