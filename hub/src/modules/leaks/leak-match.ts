// Looks for access tokens in texts that are about to be pushed. Whoever pushes one would publish it, or is about to be
// asked for it by everybody who can read the repository; and a revoked one in a file looks like any other to a thief.
// Invariant: one answer for every text that is a token by its check, live or not, ours or another's: who pushes guesses
// learns nothing.
import { type Sha256 } from '@holdfast/kernel/digest';
import { KiB } from '@holdfast/kernel/size';
import { Gate } from '@holdfast/platform/gate';
import { type SharedWork, type Threads } from '@holdfast/platform/threads';
import { type Actor } from '#modules/access';
import { tokenInText } from './faults.ts';
import { LONGEST_TRACE } from '@holdfast/kernel/find-tokens';
// Loaded here for its compiled code alone, which threads then find.
import { type Found, type LeakWork, type TextWindow } from './leak-work.ts';

/** Bytes of a text that are looked at together. */
const SLICE = 128 * KiB;
const MEMORY = SLICE + LONGEST_TRACE;
/** Texts in one question: a thousand small files cost little more than a large one. */
const MOST_WINDOWS = 256;

/** Told of tokens that somebody was about to push, live or not; never asked for an answer, which the refusal could show. */
interface FoundInPushes {
  note(digests: readonly Sha256[], pusher: Actor): void;
}

/** Looks into texts, in a thread. */
export class LeakMatch {
  readonly #work: SharedWork<LeakWork>;
  /** Shared with the thread: texts that were cloned would wait there to be collected. */
  readonly #memory = new Uint8Array(new SharedArrayBuffer(MEMORY));
  readonly #gate = new Gate(1);
  readonly #found: FoundInPushes;

  constructor({ threads, found }: { readonly threads: Threads; readonly found: FoundInPushes }) {
    this.#work = threads.workOf(new URL('leak-work.ts', import.meta.url));
    this.#found = found;
  }

  /** Begins to look into the texts of one push. */
  begin(pusher: Actor): LeakSearch {
    return new LeakSearch(async (bytes, windows) => {
      const found = await this.#gate.pass(() => this.#look(bytes, windows));
      const digests = found.flatMap((window) => window.digests);
      if (digests.length > 0) this.#found.note(digests, pusher);
      return found;
    });
  }

  /** Looks into one text of a push. Throws `leak.token-in-text`. */
  async require(pusher: Actor, name: string, text: string): Promise<void> {
    const search = this.begin(pusher);
    await search.add(name, Buffer.from(text));
    await search.finish();
  }

  async #look(bytes: Uint8Array, windows: readonly TextWindow[]): Promise<readonly Found[]> {
    this.#memory.set(bytes);
    return await this.#work.ask('look', { memory: this.#memory, windows });
  }
}

interface Named extends TextWindow {
  readonly name: string;
}

type Look = (bytes: Uint8Array, windows: readonly TextWindow[]) => Promise<readonly Found[]>;

/** The texts of one push, each in parts that follow one another. */
export class LeakSearch {
  readonly #look: Look;
  #held: Uint8Array | undefined;
  #filled = 0;
  #windows: Named[] = [];
  #name: string | undefined;
  #tail = new Uint8Array();
  /** Lines of the text that was looked at last, as far as it was. */
  #seen: { readonly name: string | undefined; readonly lines: number } = { name: undefined, lines: 0 };

  constructor(look: Look) {
    this.#look = look;
  }

  /** Adds the next part of a text; its memory may be used again. Throws `leak.token-in-text`. */
  async add(name: string, part: Uint8Array): Promise<void> {
    for (let at = 0; at < part.length; at += SLICE) await this.#addSlice(name, part.subarray(at, at + SLICE));
  }

  /** Looks into what is left. Throws `leak.token-in-text`. */
  async finish(): Promise<void> {
    if (this.#windows.length > 0) await this.#ask();
  }

  async #addSlice(name: string, slice: Uint8Array): Promise<void> {
    // A token may lie across two slices.
    const before = name === this.#name ? this.#tail : new Uint8Array();
    const size = before.length + slice.length;
    if (this.#filled + size > MEMORY || this.#windows.length >= MOST_WINDOWS) await this.#ask();
    const held = (this.#held ??= new Uint8Array(MEMORY));
    const [start, end] = [this.#filled, this.#filled + size];
    held.set(before, start);
    held.set(slice, start + before.length);
    this.#windows.push({ name, start, fresh: start + before.length, end });
    this.#filled = end;
    this.#name = name;
    this.#tail = held.slice(Math.max(start, end - LONGEST_TRACE), end);
  }

  async #ask(): Promise<void> {
    const windows = this.#windows;
    const places = windows.map(({ start, fresh, end }) => ({ start, fresh, end }));
    const found = await this.#look(this.#held?.subarray(0, this.#filled) ?? new Uint8Array(), places);
    this.#windows = [];
    this.#filled = 0;
    for (const [index, { name }] of windows.entries()) {
      const { ends, line } = found[index] ?? { ends: 0, line: undefined };
      const lines = this.#seen.name === name ? this.#seen.lines : 0;
      if (line !== undefined) throw tokenInText(name, lines + line + 1);
      this.#seen = { name, lines: lines + ends };
    }
  }
}
