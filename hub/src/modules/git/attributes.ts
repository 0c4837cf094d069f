// Reads `.gitattributes` the way git does and tells which files the repository wants kept by LFS.
// The text is hostile: size, lines and steps of matching are limited, and what git would ignore is ignored.
import { Buffer } from 'node:buffer';
import { parseAttributeLine, type AttributeState } from './attribute-line.ts';
import { compilePattern, Steps, toBytes } from './pattern.ts';
import { PatternList } from './pattern-list.ts';

/** Bytes of one file that are read; what follows is ignored. */
export const MAX_ATTRIBUTES_BYTES = 1024 * 1024;
/** Lines of one file that are read; what follows is ignored. */
export const MAX_ATTRIBUTES_LINES = 20_000;
/** Git ignores longer lines too. */
export const MAX_LINE_BYTES = 2048;
/** Steps of matching one path may cost: a few milliseconds. */
export const MAX_STEPS = 1_000_000;

/** Set, unset, or a value. `undefined` is unspecified. */
export type AttributeValue = boolean | string | undefined;

const BINARY: readonly AttributeState[] = ['text', 'merge', 'diff'].map((name) => ({ name, value: false }));

/** Whoever knows the attributes of files. */
export interface PathAttributes {
  /** The attributes of a file. Throws `pattern.too-costly`. */
  of(path: string): ReadonlyMap<string, AttributeValue>;
}

/** The rules of one `.gitattributes`. */
export class Attributes implements PathAttributes {
  readonly #rules = new PatternList<readonly AttributeState[]>();
  readonly #macros: Map<string, readonly AttributeState[]>;
  readonly #isRoot: boolean;

  /**
   * Reads the rules; lines that git ignores are ignored, and so is what is beyond the limits. Never throws.
   * @param root the file at the root, for one below it: only there can macros be defined, and they are meant everywhere
   */
  constructor(text: string, root?: Attributes) {
    this.#isRoot = root === undefined;
    this.#macros = root === undefined ? new Map([['binary', BINARY]]) : root.#macros;
    const lines = linesOf(text, MAX_ATTRIBUTES_BYTES);
    for (const line of lines.slice(0, MAX_ATTRIBUTES_LINES)) this.#read(line);
  }

  of(path: string): ReadonlyMap<string, AttributeValue> {
    const known = new Map<string, AttributeValue>();
    this.addTo(known, path, new Steps(MAX_STEPS, '.gitattributes'));
    return known;
  }

  /** Adds what these rules say of a path from their folder, where nothing is known yet. Throws `pattern.too-costly`. */
  addTo(known: Map<string, AttributeValue>, path: string, steps: Steps): void {
    const subject = { names: toBytes(path).split('/'), folder: false };
    for (const states of this.#rules.match(subject, steps)) this.#apply(states, known, steps);
  }

  #read(line: string): void {
    if (line.length >= MAX_LINE_BYTES) return;
    const rule = parseAttributeLine(line);
    if (rule === undefined) return;
    if ('macro' in rule) {
      if (this.#isRoot) this.#macros.set(rule.macro, rule.states);
    } else {
      const pattern = compilePattern(rule.pattern);
      if (pattern !== undefined) this.#rules.add(pattern, rule.states);
    }
  }

  /** Later states win, and those inside a macro stand right behind it. A list, because macros can nest deeply. */
  #apply(states: readonly AttributeState[], known: Map<string, AttributeValue>, steps: Steps): void {
    const pending = [...states];
    for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
      steps.spend(1);
      if (known.has(state.name)) continue;
      known.set(state.name, state.value);
      const macro = state.value === true ? this.#macros.get(state.name) : undefined;
      if (macro !== undefined) for (const inner of macro) pending.push(inner);
    }
  }
}

/** The rules in the text of a `.gitattributes`. */
export function parseAttributes(text: string): Attributes {
  return new Attributes(text);
}

/** Whether the repository wants the file kept by LFS. Throws `pattern.too-costly`. */
export function isLfs(path: string, attributes: PathAttributes): boolean {
  return attributes.of(path).get('filter') === 'lfs';
}

/** The lines of a file as bytes, without a byte order mark; at most `limit` bytes are looked at. */
export function linesOf(text: string, limit: number): string[] {
  // No more units than bytes: the rest of a huge text is never converted.
  const bytes = Buffer.from(text.slice(0, limit + 1), 'utf8')
    .subarray(0, limit + 1)
    .toString('latin1');
  // Half a line could mean something that nobody wrote.
  const whole = bytes.length > limit ? bytes.slice(0, bytes.lastIndexOf('\n', limit) + 1) : bytes;
  return (whole.startsWith('\u00ef\u00bb\u00bf') ? whole.slice(3) : whole).split('\n');
}
