// Looks for sockets in what a sandbox would be shown: one that another process listens on is a way out of it.
import { type Dirent, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { RefusedSpec } from './judgement.ts';
import { type SandboxSpec } from './spec.ts';

/** What leads out, and where an app waits for visitors. */
const DOOR_SOCKETS = ['door.sock', 'visits.sock'];

/** Looks, and remembers what cannot change any more. */
export class SocketSearch {
  /** Read-only folders that were looked through, by path; their names are never given again. */
  readonly #clean = new Set<string>();

  /** Throws a `RefusedSpec` when a socket, or a way past the paths that were judged, is in what it shows. */
  check(spec: SandboxSpec): void {
    for (const part of spec.root) if ('from' in part) this.#once(part.from, []);
    for (const mount of spec.mounts) {
      if (mount.access === 'read') this.#once(mount.from, []);
      else this.#look(mount.from, []);
    }
    this.#look(spec.door, DOOR_SOCKETS);
  }

  #once(path: string, allowed: readonly string[]): void {
    if (this.#clean.has(path)) return;
    this.#look(path, allowed);
    this.#clean.add(path);
  }

  #look(path: string, allowed: readonly string[]): void {
    // A link on the way would have another place judged than the one that is shown.
    if (realpathSync(path) !== path)
      throw new RefusedSpec(`this sandbox is not made: ${path} leads elsewhere`);
    const found = findSocket(path, allowed);
    if (found !== undefined)
      throw new RefusedSpec(`this sandbox is not made: it would show the socket ${found}`);
  }
}

function findSocket(path: string, allowed: readonly string[]): string | undefined {
  const kind = lstatSync(path);
  if (kind.isSocket()) return path;
  if (!kind.isDirectory()) return undefined;
  const folders = [path];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop())
    for (const entry of readFolder(folder)) {
      const at = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(at);
      else if (entry.isSocket() && !(folder === path && allowed.includes(entry.name))) return at;
    }
  return undefined;
}

function readFolder(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    // Closed to us, who may at least what the sandbox's user may.
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return [];
    throw error;
  }
}
