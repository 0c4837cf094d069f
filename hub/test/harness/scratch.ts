// A temporary folder that is gone when its scope ends.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder of its own, removed with all it holds on disposal. */
export interface Scratch extends AsyncDisposable {
  readonly path: string;
}

/** Makes the folder. */
export async function openScratch(name: string): Promise<Scratch> {
  const folder = await mkdtemp(path.join(tmpdir(), `holdfast-${name}-`));
  return {
    path: folder,
    [Symbol.asyncDispose]: async () => {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
