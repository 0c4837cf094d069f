// Work in a thread that is given texts and nothing else: looks for tokens in what strangers sent.
import { sha256, type Sha256 } from '@holdfast/kernel/digest';
import { TokenFinder } from '@holdfast/kernel/find-tokens';

/** A part of a text, as places in the memory that is shared. */
export interface TextWindow {
  readonly start: number;
  /** Where what no earlier window had begins. */
  readonly fresh: number;
  readonly end: number;
}

/** What was seen in a window. */
export interface Found {
  /** Lines that end in the fresh bytes. */
  readonly ends: number;
  /** The line of a token, counted from the first of the fresh bytes; negative before them. */
  readonly line: number | undefined;
  /** Digests of the tokens that are there; their texts stay here. */
  readonly digests: readonly Sha256[];
}

const BREAK = 0x0a;
/** Tokens of one window that are told. */
const MOST_TOLD = 100;

// The work of a thread is synchronous, so that one is enough for all of it.
const finder = new TokenFinder();

/** What can be asked. */
export const work = {
  /** Looks into each window. */
  look(wish: { readonly memory: Uint8Array; readonly windows: readonly TextWindow[] }): Found[] {
    return wish.windows.map(({ start, fresh, end }) => {
      const traces = finder.list(wish.memory.subarray(start, end)).slice(0, MOST_TOLD);
      const at = traces[0]?.at;
      const count = (from: number, to: number): number => countBreaks(wish.memory.subarray(from, to));
      const line = at === undefined ? undefined : count(start, start + at) - count(start, fresh);
      return { ends: count(fresh, end), line, digests: traces.map(({ token }) => sha256(token)) };
    });
  },
};

function countBreaks(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(BREAK); at !== -1; at = bytes.indexOf(BREAK, at + 1)) count += 1;
  return count;
}

/** Its type. */
export type LeakWork = typeof work;
