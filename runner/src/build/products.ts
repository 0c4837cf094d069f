// What builds made and is kept: environments, and roots with further packages of Debian. Each is in the folder of its namespace
// under its key. What has its name is whole; beside it is written what was asked for it, and when it was used last.
import { mkdir, stat, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findText, listNames, remove, writeText } from '@holdfast/platform/private-files';
import { z } from 'zod';
import { freeze, measure, moveFrozen, removeTree } from './tree.ts';
import { chooseVictims, type Kept } from './victims.ts';

/** Something that was made. */
export interface Product {
  readonly path: string;
  readonly key: string;
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
  /** Settles when whoever keeps or removes something is done. */
  #last: Promise<undefined> = Promise.resolve(undefined);

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What was made for this in this namespace, if it is still there. It counts as used now. */
  async find(namespace: string, asked: string): Promise<Product | undefined> {
    const note = await readNote(this.#note(namespace, asked));
    if (note === undefined) return undefined;
    const path = join(this.#folder, namespace, note.key);
    if ((await listNames(path)).length === 0) return undefined;
    const now = new Date();
    await utimes(this.#note(namespace, asked), now, now);
    return { path, key: note.key };
  }

  /** Takes what a build made. From then on nobody writes to it. */
  async keep(from: string, name: ProductName): Promise<Product> {
    return await this.#alone(async () => {
      const folder = join(this.#folder, name.namespace);
      await mkdir(folder, { recursive: true, mode: 0o755 });
      const path = join(folder, name.key);
      const { bytes } = await measure(from);
      if ((await listNames(path)).length === 0) {
        await freeze(from);
        await moveFrozen(from, path);
      }
      await writeText(this.#note(name.namespace, name.asked), JSON.stringify({ key: name.key, bytes }));
      return { path, key: name.key };
    });
  }

  /** Removes what a killed runner was removing. */
  async clear(): Promise<void> {
    for (const name of await listNames(this.#folder))
      if (name.startsWith(GOING)) await removeTree(join(this.#folder, name));
  }

  /** Removes those unused for longest until the others take no more than this. */
  async trim(budget: number, isUsed: (path: string) => boolean): Promise<void> {
    await this.#alone(async () => {
      for (const { name, note } of chooseVictims(await this.#list(isUsed), budget)) {
        if (isUsed(name)) continue; // since it was looked
        // First of all nobody finds it any more; then it is moved away at once, and removed in its time.
        await remove(note);
        const gone = join(this.#folder, `${GOING}${basename(name)}`);
        await moveFrozen(name, gone).catch(() => undefined);
        await removeTree(gone);
      }
    });
  }

  async #list(isUsed: (path: string) => boolean): Promise<(Kept & { readonly note: string })[]> {
    const items: (Kept & { readonly note: string })[] = [];
    for (const namespace of await listNames(this.#folder)) {
      if (namespace.startsWith(GOING)) continue;
      for (const name of await listNames(join(this.#folder, namespace))) {
        if (!name.endsWith(SUFFIX)) continue;
        const note = join(this.#folder, namespace, name);
        const read = await readNote(note);
        if (read === undefined) continue;
        const path = join(this.#folder, namespace, read.key);
        const usedAt = (await stat(note)).mtimeMs;
        items.push({ name: path, note, bytes: read.bytes, usedAt, isUsed: isUsed(path) });
      }
    }
    return items;
  }

  /** One after the other: two that keep the same, or remove what the other looks at, would fail. */
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
  const text = await findText(path);
  return text === undefined ? undefined : Note.safeParse(JSON.parse(text)).data;
}
