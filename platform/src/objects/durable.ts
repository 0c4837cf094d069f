// Puts finished files under their final name so that a power cut cannot lose them.
// Invariant: the file is synced before it is renamed, and every directory on the way to it is synced before anyone
// is told that it is there.
import { constants } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isErrorCode } from './paths.ts';

/** Makes the entries of a directory survive a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  await directory.sync();
}

/** Makes directories under one root and remembers which of them this process has synced itself. */
export class DurableDirectories {
  readonly #synced = new Set<string>();

  /**
   * Makes the directory and those between it and `root`, each synced into its parent. A directory that somebody else
   * has just made is synced too: its maker may not have got so far.
   */
  async ensure(root: string, path: string): Promise<void> {
    if (path === root || this.#synced.has(path)) return;
    const parent = dirname(path);
    await this.ensure(root, parent);
    await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
      if (!isErrorCode(error, 'EEXIST')) throw error;
    });
    await syncDirectory(parent);
    this.#synced.add(path);
  }

  /** Renames a synced file of the same file system to `target` under `root`. An identical file there is replaced. */
  async publish(root: string, from: string, target: string): Promise<void> {
    const directory = dirname(target);
    await this.ensure(root, directory);
    await rename(from, target);
    await syncDirectory(directory);
  }
}
