// Speaks on the channels that the hub inherited as whoever asks for it wants, hears all that is said on them, and keeps words from the
// product's own code, which goes on in the same process.
import { chmodSync, mkdirSync, writeFileSync, writeSync } from 'node:fs';
import { query } from './database.ts';
import { type StolenStart } from './order.ts';

/** What the intruder is asked to do, each part of it when it is there. */
export interface Words {
  /** Frames, each for a descriptor. */
  readonly say?: readonly { readonly fd: number; readonly frame: object }[];
  /** Types of frames that only the intruder hears from now on. */
  readonly withhold?: readonly string[];
  /** Statements, as the hub's role of the database. */
  readonly ask?: readonly string[];
  /** Files of a commit that is none, where the runner looks for those of commits. */
  readonly write?: {
    readonly space: string;
    readonly commit: string;
    readonly files: Record<string, string>;
  };
  /** How much of what was heard is known. */
  readonly from?: number;
}

/** What came of it. */
export interface Heard {
  /** What was said to the hub since `from`, and what the hub itself said of what it wants of Spaces. */
  readonly frames: readonly Record<string, unknown>[];
  /** Of each statement: its rows, or the code of the refusal. */
  readonly answers: readonly { readonly rows?: unknown; readonly refused?: string }[];
  /** Bodies of requests for secrets, as they came in. */
  readonly bodies: readonly string[];
}

/** The intruder's ears and mouth. */
export class Channels {
  readonly #frames: Record<string, unknown>[] = [];
  readonly #bodies: string[] = [];
  #withheld: ReadonlySet<unknown> = new Set();

  /** Hears what the hub reads. Gives what the product is to find in its place. */
  hear(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || !('type' in value || 'gone' in value)) return value;
    this.#frames.push({ ...value });
    return 'type' in value && this.#withheld.has(value.type) ? {} : value;
  }

  /** Sees what the hub says. */
  see(value: unknown): void {
    if (typeof value === 'object' && value !== null && 'type' in value && value.type === 'want')
      this.#frames.push({ said: structuredClone(value) });
  }

  /** Reads along what comes in. */
  read(path: string, bytes: Buffer): void {
    if (path.endsWith('/secrets')) this.#bodies.push(bytes.toString('latin1'));
  }

  /** Does it. */
  async obey(start: StolenStart, words: Words): Promise<Heard> {
    if (words.withhold !== undefined) this.#withheld = new Set(words.withhold);
    if (words.write !== undefined) writeCommit(start.settings.spaces?.sources ?? '', words.write);
    for (const { fd, frame } of words.say ?? []) writeWhole(fd, `${JSON.stringify(frame)}\n`);
    const answers = [];
    for (const statement of words.ask ?? [])
      answers.push(
        await query(start, statement).then(
          (rows) => ({ rows }),
          (error: unknown) => ({ refused: codeOf(error) }),
        ),
      );
    return { frames: this.#frames.slice(words.from ?? this.#frames.length), answers, bodies: this.#bodies };
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

function writeCommit(sources: string, { space, commit, files }: NonNullable<Words['write']>): void {
  const folder = `${sources}/${space}/${commit}`;
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(`${folder}/${name}`, text);
    chmodSync(`${folder}/${name}`, 0o644);
  }
}

// The descriptor is one that does not wait.
function writeWhole(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0, tries = 0; at < bytes.length; tries += 1)
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || tries > 1_000) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
}
