// The environments that were made, under their keys in the folder of their namespace. One that has its name is whole.
import { mkdir, rename, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { findText, listNames, writeText } from '@holdfast/platform/private-files';
import { z } from 'zod';
import { environmentKey } from './plan.ts';
import { freeze, measure } from './tree.ts';

/** An environment that is there. */
export interface Environment {
  readonly path: string;
  readonly key: string;
}

const Record_ = z.strictObject({ key: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().nonnegative() });
type Record_ = z.infer<typeof Record_>;

const SUFFIX = '.json';

/** The folder of environments. */
export class Environments {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What was made for this in this namespace, if it is still there. It counts as used now. */
  async find(namespace: string, asked: string): Promise<Environment | undefined> {
    const record = await this.#read(namespace, asked);
    if (record === undefined) return undefined;
    const path = join(this.#folder, namespace, record.key);
    if ((await listNames(path)).length === 0) return undefined;
    const now = new Date();
    await utimes(this.#record(namespace, asked), now, now);
    return { path, key: record.key };
  }

  /** Takes what a build made. From then on nobody writes to it. */
  async keep(from: string, name: { namespace: string; asked: string; lock: string }): Promise<Environment> {
    const folder = join(this.#folder, name.namespace);
    await mkdir(folder, { recursive: true, mode: 0o755 });
    const key = environmentKey(name.asked, name.lock);
    const path = join(folder, key);
    const { bytes } = await measure(from);
    if ((await listNames(path)).length === 0) {
      await freeze(from);
      await rename(from, path);
    }
    await writeText(this.#record(name.namespace, name.asked), JSON.stringify({ key, bytes }));
    return { path, key };
  }

  #record(namespace: string, asked: string): string {
    return join(this.#folder, namespace, `${asked}${SUFFIX}`);
  }

  async #read(namespace: string, asked: string): Promise<Record_ | undefined> {
    const text = await findText(this.#record(namespace, asked));
    return text === undefined ? undefined : Record_.parse(JSON.parse(text));
  }
}
