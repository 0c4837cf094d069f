// Patterns that are matched on bytes: a value that is looked at as a text stays in memory, because a text cannot be overwritten. Written
// as regular expressions, of which a small part is understood; matched in time proportional to the bytes, whatever they are, because
// places in the bytes are carried along as sets and never tried one after the other. Pure.

/** A pattern that begins with the first byte. */
export interface BytePattern {
  /** Whether it is there; with `$` at the end of the pattern, as the whole. */
  test(bytes: Uint8Array): boolean;
}

/** Which places in the bytes have been come to: each once, in order. */
type Places = readonly number[];
/** Which bytes a pattern takes: one flag each. */
type ByteSet = Uint8Array;
/** Carries places on over a part of the pattern. */
type Step = (bytes: Uint8Array, from: Places) => Places;
type Count = readonly [least: number, most: number];

/** Repeated groups are matched round by round. */
const MOST_ROUNDS = 8;
const COUNTED = /\{(\d+)(?:,(\d+))?\}/y;
/** White space as JavaScript has it, as far as one byte goes. */
const SPACES = '\t\n\v\f\r \u00a0';
const CLASSES: ReadonlyMap<string, ByteSet> = new Map([
  ['d', setOf('0123456789')],
  ['s', setOf(SPACES)],
  ['S', setOf(SPACES).map((has) => 1 - has)],
]);

/**
 * Compiles one. Understood are letters, classes, groups with alternatives, `{2}`, `{2,3}` and `?`, with `^` at the beginning and `$` at
 * the end or not. Throws a `TypeError` for anything else.
 */
export function compilePattern({ source, flags }: RegExp): BytePattern {
  return new Compiler(source, flags).compile();
}

class Compiler {
  readonly #source: string;
  #at = 0;

  constructor(source: string, flags: string) {
    this.#source = source;
    if (flags !== '' || !source.startsWith('^')) throw this.#unknown();
  }

  compile(): BytePattern {
    this.#at = 1;
    const step = this.#sequence();
    const whole = this.#take('$');
    if (this.#at !== this.#source.length) throw this.#unknown();
    return {
      test: (bytes) => {
        const places = step(bytes, [0]);
        return whole ? places.at(-1) === bytes.length : places.length > 0;
      },
    };
  }

  #sequence(): Step {
    const steps: Step[] = [];
    while (this.#at < this.#source.length && !'|)$'.includes(this.#next())) steps.push(this.#part());
    return (bytes, from) => steps.reduce((places, step) => step(bytes, places), from);
  }

  #part(): Step {
    if (this.#take('(?:')) {
      const options = [this.#sequence()];
      while (this.#take('|')) options.push(this.#sequence());
      if (!this.#take(')')) throw this.#unknown();
      const count = this.#count();
      if (count[1] > MOST_ROUNDS) throw this.#unknown();
      return groupStep(options, count);
    }
    return runStep(this.#set(), this.#count());
  }

  #set(): ByteSet {
    if (this.#take('[')) return this.#class();
    const letter = this.#take('\\') ? `\\${this.#step()}` : this.#step();
    if ('()[]{}?*+.^'.includes(letter)) throw this.#unknown();
    return this.#setOf(letter);
  }

  #class(): ByteSet {
    const set = new Uint8Array(256);
    if (this.#next() === '^') throw this.#unknown();
    while (!this.#take(']')) {
      const first = this.#letter();
      const isRange = this.#next() === '-' && this.#source[this.#at + 1] !== ']';
      if (isRange) this.#at += 1;
      const last = isRange ? this.#letter() : first;
      if (first.length === 1 && last.length === 1) set.fill(1, codeOf(first), codeOf(last) + 1);
      else for (const byte of bytesOf(this.#setOf(first))) set[byte] = 1;
    }
    return set;
  }

  /** A letter, or an escape as it is written. */
  #letter(): string {
    return this.#take('\\') ? `\\${this.#step()}` : this.#step();
  }

  #setOf(letter: string): ByteSet {
    if (letter.length === 1) return setOf(letter);
    const escaped = letter.slice(1);
    // Of letters some are classes, and the others are not known here.
    const found = /[A-Za-z0-9]/.test(escaped) ? CLASSES.get(escaped) : setOf(escaped);
    if (found === undefined) throw this.#unknown();
    return found;
  }

  #count(): Count {
    if (this.#take('?')) return [0, 1];
    COUNTED.lastIndex = this.#at;
    const [all, least = '1', most = least] = COUNTED.exec(this.#source) ?? [];
    this.#at += all?.length ?? 0;
    return [Number(least), Number(most)];
  }

  #next(): string {
    return this.#source[this.#at] ?? '';
  }

  #step(): string {
    const letter = this.#next();
    if (letter === '' || codeOf(letter) > 255) throw this.#unknown();
    this.#at += 1;
    return letter;
  }

  #take(text: string): boolean {
    const is = this.#source.startsWith(text, this.#at);
    if (is) this.#at += text.length;
    return is;
  }

  #unknown(): TypeError {
    return new TypeError(`/${this.#source}/ is no pattern for bytes, from its letter ${this.#at + 1} on`);
  }
}

function codeOf(letter: string): number {
  return letter.charCodeAt(0);
}

function setOf(letters: string): ByteSet {
  const set = new Uint8Array(256);
  for (const letter of letters) set[codeOf(letter)] = 1;
  return set;
}

function bytesOf(set: ByteSet): number[] {
  return [...set.keys()].filter((byte) => set[byte] === 1);
}

/** So many bytes of a set. */
function runStep(set: ByteSet, [least, most]: Count): Step {
  return (bytes, from) => {
    const to: number[] = [];
    // Where the run of bytes of the set ends in which a place lies: it is looked for once for all places of the run.
    let end = 0;
    let next = 0;
    for (const place of from) {
      const limit = Math.min(bytes.length, place + most);
      for (end = Math.max(end, place); end < limit && set[bytes[end] ?? 0] === 1;) end += 1;
      for (next = Math.max(next, place + least); next <= Math.min(end, limit); next += 1) to.push(next);
    }
    return to;
  };
}

/** So many of any of these. */
function groupStep(options: readonly Step[], [least, most]: Count): Step {
  return (bytes, from) => {
    const to: Places[] = [];
    for (let round = 0, places = from; round <= most; round += 1) {
      if (round >= least) to.push(places);
      if (round < most) places = oneOf(options.map((option) => option(bytes, places)));
    }
    return oneOf(to);
  };
}

function oneOf(all: readonly Places[]): Places {
  return [...new Set(all.flat())].toSorted((a, b) => a - b);
}
