// Copies the repository's files, which are read-only, to where the app may write. Nothing follows a link of the repository:
// it is copied as it is, and leads where it leads for the app, which may go there anyhow.
import { constants } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** What the system says of a thing that cannot be read, or has a name that cannot be written here. */
const UNREADABLE: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'ENOENT', 'ELOOP', 'ENAMETOOLONG']);

/** One folder to be copied. */
export interface Copy {
  readonly from: string;
  readonly to: string;
  /** Told what was left out, and why. */
  readonly skipped: (path: string, why: string) => void;
}

/** Copies a folder with all it holds. Throws what the system says when there is no space. */
export async function copyFolder({ from, to, skipped }: Copy): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    try {
      await copyEntry({ from: source, to: target, skipped });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (!UNREADABLE.has(code)) throw error;
      skipped(source, String(code));
    }
  }
}

async function copyEntry(copy: Copy): Promise<void> {
  const { from, to } = copy;
  const found = await lstat(from);
  if (found.isSymbolicLink()) await symlink(await readlink(from), to);
  else if (found.isDirectory()) await copyFolder(copy);
  else if (found.isFile()) {
    await copyFile(from, to, constants.COPYFILE_EXCL);
    await chmod(to, (found.mode & 0o111) === 0 ? 0o644 : 0o755);
  } else copy.skipped(from, 'it is neither a file nor a folder nor a link');
}
