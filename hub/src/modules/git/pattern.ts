// Git's path patterns (`*`, `?`, `[a-z]`, `**`), matched without recursion and with a budget of steps: patterns come
// from whoever wrote the repository, and `*a*a*a*a*b` must cost no more than any other.
// Works on bytes, as git does: both sides are strings with one unit per byte of UTF-8.
import { Buffer } from 'node:buffer';
import { parseSet, type ByteSet } from './pattern-set.ts';
import { patternTooCostly } from './faults.ts';

/** One step of a name pattern: a byte, any byte, any number of bytes, one byte of a set. */
type Token = number | ByteSet;
const ANY = -1;
const STAR = -2;

/** A pattern between two slashes. */
interface NamePattern {
  readonly tokens: readonly Token[];
  /** Bytes a name must have at least; exactly, when there are no stars. */
  readonly least: number;
  readonly stars: boolean;
}

/** A compiled pattern; `null` stands for `**`. */
export interface Pattern {
  /** Matched against the last name only, because the pattern has no slash. */
  readonly anywhere: boolean;
  /** Matches folders only, because the pattern ends with a slash. */
  readonly foldersOnly: boolean;
  readonly names: readonly (NamePattern | null)[];
  /** The bytes matched when there is nothing special in the pattern. */
  readonly literal: string | undefined;
}

/** A path prepared for matching. */
export interface SubjectPath {
  readonly names: readonly string[];
  readonly folder: boolean;
}

/** How much matching one question may cost. */
export class Steps {
  #left: number;
  readonly #file: string;

  constructor(limit: number, file: string) {
    this.#left = limit;
    this.#file = file;
  }

  /** Counts work. Throws `pattern.too-costly` when the budget is spent. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw patternTooCostly(this.#file);
  }
}

/** Text as a string with one unit per byte of its UTF-8. */
export function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** A pattern of bytes, compiled; `undefined` when git finds it malformed, and so never matches it. */
export function compilePattern(pattern: string): Pattern | undefined {
  const foldersOnly = pattern.endsWith('/');
  const body = foldersOnly ? pattern.slice(0, -1) : pattern;
  const anywhere = !body.includes('/');
  const names = tokenize(body.startsWith('/') ? body.slice(1) : body);
  if (names === undefined) return undefined;
  return { anywhere, foldersOnly, names, literal: literalOf(names) };
}

function tokenize(pattern: string): (NamePattern | null)[] | undefined {
  const names: (NamePattern | null)[] = [];
  let tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    if (char === '/') {
      close(names, tokens);
      tokens = [];
    } else if (char === '?') tokens.push(ANY);
    else if (char === '*') tokens.push(STAR);
    else if (char === '[') {
      const parsed = parseSet(pattern, at);
      if (parsed === undefined) return undefined;
      tokens.push(parsed.set);
      at = parsed.end;
    } else {
      if (char === '\\') at += 1;
      if (at === pattern.length) return undefined;
      tokens.push(pattern.charCodeAt(at));
    }
  }
  close(names, tokens);
  return names;
}

function close(names: (NamePattern | null)[], tokens: readonly Token[]): void {
  const least = tokens.filter((token) => token !== STAR).length;
  if (least > 0 || tokens.length < 2) {
    // Stars side by side mean what one means.
    const kept = tokens.filter((token, at) => token !== STAR || tokens[at - 1] !== STAR);
    names.push({ tokens: kept, least, stars: tokens.length > least });
  } else if (names.at(-1) !== null) {
    // `**/**` means what `**` means; keeping one keeps the matching below simple.
    names.push(null);
  }
}

function literalOf(names: readonly (NamePattern | null)[]): string | undefined {
  const parts: string[] = [];
  for (const name of names) {
    const codes = name?.tokens.map((token) => (typeof token === 'number' && token >= 0 ? token : undefined));
    if (codes === undefined || codes.includes(undefined)) return undefined;
    parts.push(codes.map((code) => String.fromCharCode(Number(code))).join(''));
  }
  return parts.join('/');
}

/** Whether the pattern matches the path. */
export function matchesPattern(pattern: Pattern, subject: SubjectPath, steps: Steps): boolean {
  if (pattern.foldersOnly && !subject.folder) return false;
  return matchNames(pattern.names, pattern.anywhere ? subject.names.slice(-1) : subject.names, steps);
}

/** Only the latest `**` is ever widened: what lies before it has matched as early as it can. */
function matchNames(patterns: Pattern['names'], names: readonly string[], steps: Steps): boolean {
  let at = 0;
  let next = 0;
  let deep = -1;
  let mark = 0;
  while (at < names.length) {
    steps.spend(1);
    const pattern = patterns[next];
    if (pattern === null) {
      // A last `**` stands for everything inside, at least one name.
      if (next === patterns.length - 1) return true;
      deep = next;
      mark = at;
      next += 1;
    } else if (pattern !== undefined && matchName(pattern, String(names[at]), steps)) {
      at += 1;
      next += 1;
    } else {
      if (deep === -1) return false;
      mark += 1;
      at = mark;
      next = deep + 1;
    }
  }
  return next === patterns.length;
}

/** As above, for the `*` of one name. */
function matchName(pattern: NamePattern, name: string, steps: Steps): boolean {
  const { tokens, least, stars } = pattern;
  if (stars ? least > name.length : least !== name.length) return false;
  let at = 0;
  let next = 0;
  let star = -1;
  let mark = 0;
  let spent = 0;
  while (at < name.length) {
    spent += 1;
    const token = tokens[next];
    if (token === STAR) {
      star = next;
      mark = at;
      next += 1;
    } else if (token !== undefined && matchByte(token, name.charCodeAt(at))) {
      at += 1;
      next += 1;
    } else {
      if (star === -1) break;
      mark += 1;
      at = mark;
      next = star + 1;
    }
  }
  steps.spend(spent);
  if (at < name.length) return false;
  if (tokens[next] === STAR) next += 1;
  return next === tokens.length;
}

function matchByte(token: Token, byte: number): boolean {
  return typeof token === 'number' ? token === byte || token === ANY : token[byte] === true;
}
