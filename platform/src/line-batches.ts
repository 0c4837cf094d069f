// Writes log lines in batches and without ever waiting: one write for each line cost a quarter of the time of a small
// answer, and a reader that had stopped would have stopped the process with it.
// Invariants: lines leave in order; warnings and errors leave at once; what waits is bounded, and lines that had to be
// dropped are counted in the log itself; `end` writes what is left.

/** Where batches go. */
export interface LineSink {
  /** Writes some of the bytes in the background; tells how many, or why not. */
  write(bytes: Uint8Array, done: (error: Error | null, written: number) => void): void;
  /** Writes some of the bytes now; throws what the system says, such as `EAGAIN`. */
  writeSync(bytes: Uint8Array): number;
  /** Waits without letting anything else run, in milliseconds. */
  pause(ms: number): void;
}

/** Bounds of a batcher. */
export interface LineBatchesOptions {
  /** The longest that a line waits, in milliseconds. */
  readonly delayMs?: number;
  /** A batch of this many characters leaves at once. */
  readonly batch?: number;
  /** Lines beyond this many waiting characters are dropped. */
  readonly limit?: number;
}

const WARN = 40;
const RETRY_MS = 50;
const LAST_TRIES = 20;

/** A destination for pino. */
export class LineBatches {
  /** The level of the line that comes next; pino sets it, see `withLevels`. */
  lastLevel = 0;
  readonly #sink: LineSink;
  readonly #delayMs: number;
  readonly #batch: number;
  readonly #limit: number;
  #waiting = '';
  #dropped = 0;
  #leaving: Uint8Array | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(sink: LineSink, options: LineBatchesOptions = {}) {
    this.#sink = sink;
    this.#delayMs = options.delayMs ?? 100;
    this.#batch = options.batch ?? 32_768;
    this.#limit = options.limit ?? 4_194_304;
  }

  /** Takes a line. */
  write(line: string): void {
    if (this.#waiting.length + line.length > this.#limit) {
      this.#dropped += 1;
      return;
    }
    this.#waiting += line;
    if (this.lastLevel >= WARN || this.#waiting.length >= this.#batch) this.#leave();
    else this.#timer ??= setTimeout(() => this.#leave(), this.#delayMs).unref();
  }

  /** Writes what is left before the process ends. Gives up after a second of a reader that takes nothing. */
  end(): void {
    clearTimeout(this.#timer);
    // A batch that is leaving may be written twice in part; a line too many is better than one that is missing.
    let left: Uint8Array = Buffer.concat([this.#leaving ?? Buffer.alloc(0), Buffer.from(this.#take())]);
    for (let tries = LAST_TRIES; left.length > 0 && tries > 0;) {
      try {
        left = left.subarray(this.#sink.writeSync(left));
      } catch (error) {
        if (!isBusy(error)) return;
        tries -= 1;
        this.#sink.pause(RETRY_MS);
      }
    }
  }

  #take(): string {
    const text = this.#waiting;
    const note =
      this.#dropped === 0 ? '' : `{"level":"warn","msg":"${this.#dropped} lines of the log were dropped"}\n`;
    this.#waiting = '';
    this.#dropped = 0;
    return text + note;
  }

  #leave(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#leaving !== undefined || this.#waiting === '') return;
    this.#send(Buffer.from(this.#take()));
  }

  #send(bytes: Uint8Array): void {
    this.#leaving = bytes;
    this.#sink.write(bytes, (error, written) => {
      const left = error === null ? bytes.subarray(written) : bytes;
      if (left.length > 0 && (error === null || isBusy(error))) {
        this.#leaving = left;
        setTimeout(() => this.#send(left), error === null ? 0 : RETRY_MS).unref();
        return;
      }
      // Nobody reads any more: there is nobody to tell it either.
      this.#leaving = undefined;
      this.#leave();
    });
  }
}

/** Asks pino to set `lastLevel` before each line. */
export function withLevels(lines: LineBatches): LineBatches {
  return Object.assign(lines, { [Symbol.for('pino.metadata')]: true });
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
