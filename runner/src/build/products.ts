// What builds made and is kept: environments, and roots with further packages of Debian. Each is in the folder of its namespace
// under its key. What has its name is whole; beside it is written what was asked for it, and when it was used last.
import { mkdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '@holdfast/kernel/id';
import { findText, listNames, remove, writeText } from '@holdfast/platform/private-files';
import { z } from 'zod';
import { syncTree } from '../sync-tree.ts';
import { type Uses } from '../uses.ts';
import { freeze, measure, moveFrozen, removeTree } from './tree.ts';
import { type Stored } from './victims.ts';

/** Something that was made. It stays for as long as it is held. */
export interface Product {
  readonly path: string;
  readonly key: string;
  readonly hold: Disposable;
}

/** Under which name something is kept. */
export interface ProductName {
  readonly namespace: string;
  /** What was asked for. */
  readonly asked: string;
  /** What came of it. */
  readonly key: string;
}

const Note = z.strictObject({ key: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().nonnegative() });
type Note = z.infer<typeof Note>;

const SUFFIX = '.json';
/** How the names begin of what is being removed. */
const GOING = '.';

/** One folder of such things. */
export class Products {
  readonly #folder: string;
  readonly #uses: Pick<Uses, 'hold' | 'has'>;
  /** Settles when whoever moves something here is done. */
  #last: Promise<undefined> = Promise.resolve(undefined);

  constructor(folder: string, uses: Pick<Uses, 'hold' | 'has'>) {
    this.#folder = folder;
    this.#uses = uses;
  }

  /** What was made for this in this namespace, if it is still there. It counts as used now. */
  async find(namespace: string, asked: string): Promise<Product | undefined> {
    return await this.#alone(async () => {
      const note = await readNote(this.#note(namespace, asked));
      if (note === undefined) return undefined;
      const path = join(this.#folder, namespace, note.key);
      if ((await listNames(path)).length === 0) return undefined;
      const now = new Date();
      await utimes(this.#note(namespace, asked), now, now);
      return { path, key: note.key, hold: this.#uses.hold([path]) };
    });
  }

  /** Takes what a build made. From then on nobody writes to it. */
  async keep(from: string, name: ProductName): Promise<Product> {
    const folder = join(this.#folder, name.namespace);
    await mkdir(folder, { recursive: true, mode: 0o755 });
    const { bytes } = await measure(from);
    await freeze(from);
    // The note says that all of it is there, and lasts.
    await syncTree(from);
    return await this.#alone(async () => {
      const path = join(folder, name.key);
      if ((await listNames(path)).length === 0) await moveFrozen(from, path);
      await writeText(this.#note(name.namespace, name.asked), JSON.stringify({ key: name.key, bytes }));
      return { path, key: name.key, hold: this.#uses.hold([path]) };
    });
  }

  /** Removes what a killed runner was removing, and what it had moved here and not noted, or noted as there and moved away. */
  async clear(): Promise<void> {
    for (const name of await listNames(this.#folder)) {
      if (name.startsWith(GOING)) await removeTree(join(this.#folder, name));
      else await this.#clearNamespace(join(this.#folder, name));
    }
  }

  /** All that is kept here. */
  async list(): Promise<Stored[]> {
    const items: Stored[] = [];
    for (const namespace of await listNames(this.#folder)) {
      if (namespace.startsWith(GOING)) continue;
      for (const name of await listNames(join(this.#folder, namespace))) {
        if (!name.endsWith(SUFFIX)) continue;
        const note = join(this.#folder, namespace, name);
        const [read, found] = [await readNote(note), await stat(note).catch(() => undefined)];
        if (read === undefined || found === undefined) continue;
        const path = join(this.#folder, namespace, read.key);
        items.push({
          ...{ name: path, bytes: read.bytes, usedAt: found.mtimeMs, isUsed: this.#uses.has(path) },
          drop: async () => await this.#drop(path, note),
        });
      }
    }
    return items;
  }

  async #drop(path: string, note: string): Promise<void> {
    const gone = await this.#alone(async () => {
      if (this.#uses.has(path)) return undefined; // since it was looked
      // First of all nobody finds it any more; then it is moved away at once, and removed in its time.
      await remove(note);
      return await this.#moveAway(path);
    });
    if (gone !== undefined) await removeTree(gone);
  }

  async #clearNamespace(folder: string): Promise<void> {
    const gone = await this.#alone(async () => {
      const names = await listNames(folder);
      const known = new Set<string>();
      for (const name of names.filter((one) => one.endsWith(SUFFIX))) {
        const key = (await readNote(join(folder, name)))?.key;
        if (key !== undefined && names.includes(key)) known.add(key);
        else await remove(join(folder, name));
      }
      const strays = names.filter((name) => !name.endsWith(SUFFIX) && !known.has(name));
      return await Promise.all(strays.map(async (name) => await this.#moveAway(join(folder, name))));
    });
    for (const path of gone) if (path !== undefined) await removeTree(path);
  }

  /** Where it is then; `undefined` where it was not there. */
  async #moveAway(path: string): Promise<string | undefined> {
    const gone = join(this.#folder, `${GOING}${newId(new Date())}`);
    return await moveFrozen(path, gone).then(
      () => gone,
      () => undefined,
    );
  }

  /**
   * One after the other: what is found would be moved away before it is held, and who looks for what no note names would meet what has
   * none yet. Only what is quick, as whoever wakes a Space waits for it.
   */
  async #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.#last;
    const done = Promise.withResolvers<undefined>();
    this.#last = done.promise;
    try {
      await before;
      return await work();
    } finally {
      done.resolve(undefined);
    }
  }

  #note(namespace: string, asked: string): string {
    return join(this.#folder, namespace, `${asked}${SUFFIX}`);
  }
}

async function readNote(path: string): Promise<Note | undefined> {
  try {
    return Note.parse(JSON.parse((await findText(path)) ?? ''));
  } catch (error) {
    // There is none, or one that says nothing: what it was about is as good as not there.
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}
