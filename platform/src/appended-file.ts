// A file of lines that only grows. Lines that are written at the same time are synced together.
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from './objects/durable.ts';

/** An open file. */
export interface Appended extends AsyncDisposable {
  /** Adds a line. On disk when this returns; after one that could not be written nothing is written any more. */
  append(line: string): Promise<void>;
}

/** Longest line that is looked for at the end, in bytes. */
const LONGEST = 65_536;

/** Opens it, and makes it where there is none; what a crash left of half a line at its end is cut off. */
export async function openAppended(
  path: string,
): Promise<{ readonly file: Appended; readonly lastLine: string | undefined }> {
  const handle = await open(path, 'a+', 0o600);
  try {
    const { size } = await handle.stat();
    if (size === 0) await syncDirectory(dirname(path));
    const from = Math.max(0, size - 2 * LONGEST);
    const tail = Buffer.alloc(size - from);
    await handle.read(tail, 0, tail.length, from);
    const end = tail.lastIndexOf(0x0a) + 1;
    if (end < tail.length) {
      await handle.truncate(from + end);
      await handle.sync();
    }
    const lines = tail.toString('utf8', 0, end).split('\n');
    return { file: new AppendedFile(handle), lastLine: lines.at(-2) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The lines of such a file, one after the other; none where it is missing. */
export async function* readLines(path: string): AsyncGenerator<string> {
  await using handle = await open(path, 'r');
  for await (const line of handle.readLines({ autoClose: false })) yield line;
}

class AppendedFile implements Appended {
  readonly #handle: FileHandle;
  #waiting: string[] = [];
  #last: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async append(line: string): Promise<void> {
    this.#waiting.push(`${line}\n`);
    this.#next ??= this.#write(this.#last);
    await this.#next;
  }

  async #write(before: Promise<void>): Promise<void> {
    const writing = (async () => {
      await before;
      const lines = this.#waiting;
      this.#waiting = [];
      this.#next = undefined;
      await this.#handle.appendFile(lines.join(''));
      await this.#handle.datasync();
    })();
    this.#last = writing;
    await writing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last.catch(() => undefined); // who appended knows
    await this.#handle.close();
  }
}
