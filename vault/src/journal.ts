// The vault's own record of what it was about to do: one line each, chained by digest and on disk before the act. Entries of
// the ledger name their line, so that one that is missing there shows. Invariant: numbers have no gaps.
import { createHash } from 'node:crypto';
import { openAppended, readLines, type Appended } from '@holdfast/platform/appended-file';
import { z } from 'zod';

/** Where a line stands. */
export interface Noted {
  readonly n: number;
  /** Digest of the line before. */
  readonly previous: string;
}

const Line = z.looseObject({
  n: z.int().positive(),
  previous: z.string(),
  at: z.iso.datetime(),
  /** The highest line known to stand on the ledger when this one was written. */
  recorded: z.int().nonnegative(),
});

/** A line as it is read again. */
export type JournalLine = z.infer<typeof Line>;

/** What the journal holds when it is opened. */
export interface JournalEnd {
  /** The number of its last line. */
  readonly n: number;
  readonly recorded: number;
  /** When its last line was written; `null`: it has none. */
  readonly at: Date | null;
}

/** An open journal. */
export class Journal implements AsyncDisposable {
  readonly end: JournalEnd;
  readonly #path: string;
  readonly #file: Appended;
  #recorded: number;
  #n: number;
  #head: string;

  private constructor(
    { path, file }: { readonly path: string; readonly file: Appended },
    text: string | undefined,
  ) {
    const last = text === undefined ? undefined : Line.parse(JSON.parse(text));
    this.#path = path;
    this.#file = file;
    this.end = {
      n: last?.n ?? 0,
      recorded: last?.recorded ?? 0,
      at: last === undefined ? null : new Date(last.at),
    };
    this.#recorded = this.end.recorded;
    this.#n = last?.n ?? 0;
    this.#head = text === undefined ? '0'.repeat(64) : digest(text);
  }

  /** Opens it, and makes it where there is none. Throws an `Error` where its last line is no line of a journal. */
  static async open(path: string): Promise<Journal> {
    const { file, lastLine } = await openAppended(path);
    return new Journal({ path, file }, lastLine);
  }

  /** Notes what is about to happen. On disk when this returns. */
  async note(what: { readonly act: string; readonly [key: string]: unknown }): Promise<Noted> {
    const [n, previous] = [this.#n + 1, this.#head];
    const at = new Date().toISOString();
    const line = JSON.stringify({ n, previous, at, recorded: this.#recorded, ...what });
    this.#n = n;
    this.#head = digest(line);
    await this.#file.append(line);
    return { n, previous };
  }

  /** Goes on behind this number, which entries of a ledger that is newer than the journal name. */
  continueAfter(n: number): void {
    this.#n = Math.max(this.#n, n);
  }

  /** Its lines from this number on. */
  async listFrom(n: number): Promise<JournalLine[]> {
    const lines: JournalLine[] = [];
    for await (const text of readLines(this.#path)) {
      const line = Line.parse(JSON.parse(text));
      if (line.n >= n) lines.push(line);
    }
    return lines;
  }

  /** The act of this line stands on the ledger. */
  recorded({ n }: Noted): void {
    this.#recorded = Math.max(this.#recorded, n);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file[Symbol.asyncDispose]();
  }
}

function digest(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}
