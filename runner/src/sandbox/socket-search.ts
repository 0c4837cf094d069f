// Looks for sockets in what a sandbox would be shown: one that another process listens on is a way out of it. What is looked through may be
// what somebody's code left, two million folders of it, and all Spaces of a machine share this thread: so it is done piece by piece.
import { type Dir } from 'node:fs';
import { lstat, opendir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedSpec } from './judgement.ts';
import { type SandboxSpec } from './spec.ts';

/** What leads out, and where an app waits for visitors. */
const DOOR_SOCKETS = ['door.sock', 'visits.sock'];
/** Entries of a folder that are read at once. */
const AT_ONCE = 256;

/** Looks, and remembers what cannot change any more. */
export class SocketSearch {
  /**
   * Read-only folders that are or were looked through, by path. An environment that has the name of one before is rid of
   * sockets as well; what the hub writes is its own, and nothing here holds against a hub in other hands.
   */
  readonly #looked = new Map<string, Promise<void>>();

  /** Throws a `RefusedSpec` when a socket, or a way past the paths that were judged, is in what it shows. */
  async check(spec: SandboxSpec): Promise<void> {
    for (const part of spec.root) if ('from' in part) await this.#once(part.from);
    for (const mount of spec.mounts) {
      if (mount.access === 'read') await this.#once(mount.from);
      else await look(mount.from, []);
    }
    await look(spec.door, DOOR_SOCKETS);
    // Whoever writes the folder above may have put a link in the place of one that was looked at: last of all, and each time.
    for (const path of pathsOf(spec)) await requireReal(path);
  }

  async #once(path: string): Promise<void> {
    const looking = this.#looked.get(path) ?? look(path, []);
    this.#looked.set(path, looking);
    try {
      await looking;
    } catch (error) {
      this.#looked.delete(path);
      throw error;
    }
  }
}

function pathsOf({ root, mounts, door }: SandboxSpec): string[] {
  return [
    ...root.flatMap((part) => ('from' in part ? [part.from] : [])),
    ...mounts.map(({ from }) => from),
    door,
  ];
}

// A link on the way would have another place judged than the one that is shown: with the hub in other hands, the sockets of other Spaces' doors.
async function requireReal(path: string): Promise<void> {
  if ((await realpath(path)) !== path)
    throw new RefusedSpec(`this sandbox is not made: ${path} leads elsewhere`);
}

async function look(path: string, allowed: readonly string[]): Promise<void> {
  await requireReal(path);
  const found = await findSocket(path, allowed);
  if (found !== undefined)
    throw new RefusedSpec(`this sandbox is not made: it would show the socket ${found}`);
}

async function findSocket(path: string, allowed: readonly string[]): Promise<string | undefined> {
  const kind = await lstat(path);
  if (kind.isSocket()) return path;
  if (!kind.isDirectory()) return undefined;
  const folders = [path];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop())
    for await (const entry of (await openFolder(folder)) ?? []) {
      const at = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(at);
      else if (entry.isSocket() && !(folder === path && allowed.includes(entry.name))) return at;
    }
  return undefined;
}

async function openFolder(path: string): Promise<Dir | undefined> {
  try {
    return await opendir(path, { bufferSize: AT_ONCE });
  } catch (error) {
    // Closed to us, who may at least what the sandbox's user may.
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return undefined;
    throw error;
  }
}
