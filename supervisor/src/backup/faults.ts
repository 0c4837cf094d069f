// Refusals of backups and restores.
import { defineFault } from '@holdfast/kernel/fault';
import { formatSize } from '@holdfast/kernel/size';

/** A folder is not fit for what it shall take. */
export const placeRefused = defineFault('conflict', 'backup.place', (folder: string, why: string) => [
  `${folder} cannot be used: ${why}`,
  { hint: 'name a folder that is empty or not there yet' },
]);

/** Keys and data would lie together. */
export const keptApart = defineFault('forbidden', 'backup.together', (keys: string, data: string) => [
  `${keys} lies beside or in ${data}: who takes the one would have the other, and together they open everything`,
  {
    hint: 'keep the keys in another place, best on another machine, or seal them with --passphrase-file',
  },
]);

/** The database does not answer, so that nothing consistent can be copied. */
export const databaseAbsent = defineFault('unavailable', 'backup.database', (why: string) => [
  `the database does not answer (${why}), and a backup is made of one that runs`,
  {
    hint: 'start Holdfast (`./holdfast start`, or `./holdfast start --only postgres` where it cannot), as the same user, and try again',
  },
]);

/** The disk is full, or would be. */
export const noRoom = defineFault(
  'unavailable',
  'backup.no-room',
  (folder: string, wanted: number | undefined) => [
    wanted === undefined
      ? `the disk of ${folder} is full`
      : `${folder} has not the room: ${formatSize(wanted)} more are needed there`,
    { hint: 'make room or name another disk, and run the same command again: it begins anew' },
  ],
);

/** The folder holds no backup, or one that was broken off. */
export const noBackup = defineFault('invalid', 'backup.none', (folder: string, why: string) => [
  `${folder} holds no whole backup: ${why}`,
  { hint: 'name the folder that `./holdfast backup` was given; one that was broken off is of no use' },
]);

/** What the manifest says and what is there differ. */
export const backupDamaged = defineFault('conflict', 'backup.damaged', (folder: string, what: string) => [
  `the backup in ${folder} is damaged: ${what}`,
  {
    hint: '`./holdfast backup verify` lists all of it; use another backup, or take these files from another copy',
  },
]);

/** A file or folder that was named, or lies in one, cannot be read or written. */
const fileRefused = defineFault('invalid', 'backup.file', (path: string, why: string) => [
  `${path} cannot be used: ${why}`,
  {
    hint: 'see that the folders are the right ones and that this user may read the one and write the other, and run the same command again',
  },
]);

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'its file system can only be read',
  ENOENT: 'it is not there',
  ENOTDIR: 'it, or something above it, is not a folder',
  EISDIR: 'it is a folder, and a file is wanted',
  ELOOP: 'it is a symbolic link',
  ENAMETOOLONG: 'its name is too long',
  EIO: 'the disk does not give or take it',
};

/** What the system says of a file, as a refusal; anything else as it is: that is a bug. */
export function tellOfFile(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
  // A file that is open already is named no more.
  const path = 'path' in error ? String(error.path) : 'a file in the folders that were named';
  const code = String(error.code);
  if (code === 'ENOSPC' || code === 'EDQUOT') return noRoom(path, undefined);
  const why = REASONS[code];
  return why === undefined ? error : fileRefused(path, why);
}

/** Made by another version. */
export const backupVersion = defineFault('conflict', 'backup.version', (what: string) => [
  `this Holdfast cannot restore the backup: ${what}`,
  { hint: 'restore it with the Holdfast that made it, or a newer one with the same PostgreSQL' },
]);

/** The passphrase opens nothing. */
export const passphraseRefused = defineFault('forbidden', 'backup.passphrase', (why: string) => [
  why,
  { hint: 'name a file with the passphrase that the keys were sealed with: --passphrase-file FILE' },
]);
