// The Debian root that all sandboxes share, read-only. It is made once for each source, under the digest of what is in it, and
// is there only when it is whole: what a killed process left half made is removed at the next start.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { findText, listNames, remove, writeText } from '@holdfast/platform/private-files';
import { z } from 'zod';
import { syncTree } from '../sync-tree.ts';
import { makeRoot } from './make-root.ts';
import { type BaseSource, pythonsAmong, recipeDigest } from './recipe.ts';

/** A root that is whole. */
export interface BaseRoot {
  readonly path: string;
  readonly digest: string;
  /** Debian's name of its release. */
  readonly suite: string;
  /** Such as `3.11`, the newest first. */
  readonly pythons: readonly string[];
}

/** What the base is made with. */
export interface BaseOptions {
  /** The folder of bases, which is this object's alone. */
  readonly folder: string;
  readonly source: BaseSource;
  /** Told what is said while one is made. */
  readonly tell: (line: string) => void;
}

const MAKING = 'making-';
const Made = z.strictObject({ digest: z.string().regex(/^[0-9a-f]{64}$/), pythons: z.array(z.string()) });

/** Makes the base when it is first wanted, once however many want it. */
export class Base implements AsyncDisposable {
  readonly #options: BaseOptions;
  readonly #stop = new AbortController();
  #ready: Promise<BaseRoot> | undefined;
  #isReady = false;

  constructor(options: BaseOptions) {
    this.#options = options;
  }

  /** Whether it is there already. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** The base, made when it is missing, which takes minutes. After a failure, the next call tries again. */
  async ensure(): Promise<BaseRoot> {
    this.#ready ??= this.#open().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return await this.#ready;
  }

  /** Gives up what is being made. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#ready?.catch(() => undefined);
  }

  async #open(): Promise<BaseRoot> {
    const { folder } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o755 });
    for (const name of await listNames(folder)) if (name.startsWith(MAKING)) await remove(join(folder, name));
    const root = (await this.#find()) ?? (await this.#make());
    this.#isReady = true;
    return root;
  }

  get #record(): string {
    return join(this.#options.folder, `${recipeDigest(this.#options.source)}.json`);
  }

  async #find(): Promise<BaseRoot | undefined> {
    const text = await findText(this.#record);
    if (text === undefined) return undefined;
    const { digest, pythons } = Made.parse(JSON.parse(text));
    const path = join(this.#options.folder, digest);
    // Removed by hand, to have it made anew.
    return (await listNames(path)).length === 0
      ? undefined
      : { path, digest, suite: this.#options.source.suite, pythons };
  }

  async #make(): Promise<BaseRoot> {
    const { folder, source, tell } = this.#options;
    const target = join(folder, `${MAKING}${randomBytes(12).toString('hex')}`);
    try {
      await mkdir(target, { mode: 0o755 });
      const digest = await makeRoot({ source, target, tell, signal: this.#stop.signal });
      await chmod(target, 0o755);
      const pythons = pythonsAmong(await readdir(join(target, 'usr/bin')));
      const path = join(folder, digest);
      // The record says that all of it is there, and lasts.
      await syncTree(target);
      if ((await listNames(path)).length === 0) await rename(target, path);
      await writeText(this.#record, JSON.stringify({ digest, pythons }));
      return { path, digest, suite: this.#options.source.suite, pythons };
    } finally {
      await remove(target);
    }
  }
}
