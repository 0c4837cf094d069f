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

/** An act as its entries say it: with how many before it are known to stand on the ledger, so that one that is missing there is missed. */
export interface NotedAct extends Noted {
  /** The last line of what this process found. */
  readonly after: number;
  /** Acts behind that line that stand on the ledger. */
  readonly recorded: number;
}

const Line = z.looseObject({
  n: z.int().positive(),
  previous: z.string(),
  at: z.iso.datetime(),
  /** The highest line known to stand on the ledger when this one was written. */
  recorded: z.int().nonnegative(),
  /** Acts whose outcome was not known when this one was written, itself among them. */
  open: z.array(z.int().positive()).default([]),
});

/** A line as it is read again. */
export type JournalLine = z.infer<typeof Line>;

/** What the journal holds when it is opened. */
export interface JournalEnd {
  /** The number of its last line. */
  readonly n: number;
  readonly recorded: number;
  /** Acts that were begun, and of which it is not noted how they ended. */
  readonly open: readonly number[];
  /** When its last line was written; `null`: it has none. */
  readonly at: Date | null;
}

/** Acts whose outcome is not known that are carried on. */
const MOST_OPEN = 1_000;

/** An open journal. */
export class Journal implements AsyncDisposable {
  readonly end: JournalEnd;
  readonly #path: string;
  readonly #file: Appended;
  #recorded: number;
  readonly #open = new Set<number>();
  #n: number;
  #head: string;
  // Counted anew by each process: what an earlier one did may be in a database that was put back since.
  #after: number;
  #standing = 0;

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
      open: last?.open ?? [],
      at: last === undefined ? null : new Date(last.at),
    };
    // Until it is said what became of them: this process may be killed before that, too.
    for (const n of this.end.open) this.#open.add(n);
    this.#recorded = this.end.recorded;
    this.#n = last?.n ?? 0;
    this.#after = this.#n;
    this.#head = text === undefined ? '0'.repeat(64) : digest(text);
  }

  /** Opens it, and makes it where there is none. Throws an `Error` where its last line is no line of a journal. */
  static async open(path: string): Promise<Journal> {
    const { file, lastLine } = await openAppended(path);
    return new Journal({ path, file }, lastLine);
  }

  /** Notes what is about to happen. On disk when this returns. */
  async note(what: { readonly act: string; readonly [key: string]: unknown }): Promise<NotedAct> {
    const n = this.#n + 1;
    this.#open.add(n);
    // What is open for so long was said at the start after it, or will be.
    for (const oldest of this.#open) if (this.#open.size > MOST_OPEN) this.#open.delete(oldest);
    const counted = { after: this.#after, recorded: this.#standing };
    return { ...(await this.#append(what)), ...counted };
  }

  /** Notes how an act ended: whether it stands on the ledger. On disk when this returns. */
  async close({ n }: Pick<Noted, 'n'>, how: 'recorded' | 'left'): Promise<void> {
    this.#open.delete(n);
    if (how === 'recorded') {
      this.#recorded = Math.max(this.#recorded, n);
      this.#standing += 1;
    }
    await this.#append({ act: how, of: n });
  }

  async #append(what: { readonly act: string; readonly [key: string]: unknown }): Promise<Noted> {
    const [n, previous] = [this.#n + 1, this.#head];
    const at = new Date().toISOString();
    const line = JSON.stringify({
      ...{ n, previous, at, recorded: this.#recorded, open: [...this.#open] },
      ...what,
    });
    this.#n = n;
    this.#head = digest(line);
    await this.#file.append(line);
    return { n, previous };
  }

  /** It is said what became of the acts that were open when it was opened. On disk when this returns. */
  async forgetBefore(): Promise<void> {
    if (this.end.open.length === 0) return;
    for (const n of this.end.open) this.#open.delete(n);
    await this.#append({ act: 'said' });
  }

  /** Goes on behind this number, which entries of a ledger that is newer than the journal name. */
  continueAfter(n: number): void {
    this.#n = Math.max(this.#n, n);
    this.#after = this.#n;
    this.#standing = 0;
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file[Symbol.asyncDispose]();
  }
}

function digest(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}
