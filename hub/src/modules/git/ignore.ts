// Reads `.gitignore` the way git does, to tell an uploading client which files it should leave out.
// Limited like attributes: the text comes from the client or the repository.
import { linesOf, MAX_LINE_BYTES, MAX_STEPS } from './attributes.ts';
import { compilePattern, Steps, toBytes } from './pattern.ts';
import { PatternList } from './pattern-list.ts';

/** Bytes of one file that are read; what follows is ignored. */
const MAX_IGNORE_BYTES = 256 * 1024;
/** Lines of one file that are read; what follows is ignored. */
export const MAX_IGNORE_LINES = 5000;

/** The rules of one `.gitignore` at the root of a repository. */
export class Ignore {
  readonly #rules = new PatternList<boolean>();

  /** Reads the rules; what git ignores, and what is beyond the limits, is ignored. Never throws. */
  constructor(text: string) {
    for (const line of linesOf(text, MAX_IGNORE_BYTES).slice(0, MAX_IGNORE_LINES)) this.#read(line);
  }

  /** Whether a file is left out. A file inside a folder that is left out cannot be taken back in. Throws `pattern.too-costly`. */
  covers(path: string): boolean {
    const steps = new Steps(MAX_STEPS, '.gitignore');
    const names = toBytes(path).split('/');
    for (let depth = 1; depth <= names.length; depth += 1) {
      const subject = { names: names.slice(0, depth), folder: depth < names.length };
      if (this.#rules.match(subject, steps)[0] === true) return true;
    }
    return false;
  }

  #read(line: string): void {
    if (line.length >= MAX_LINE_BYTES || line.startsWith('#')) return;
    const text = trimEnd(line.endsWith('\r') ? line.slice(0, -1) : line);
    const negated = text.startsWith('!');
    const pattern = compilePattern(negated ? text.slice(1) : text);
    if (pattern !== undefined && text !== '' && text !== '!') this.#rules.add(pattern, !negated);
  }
}

/** The rules in the text of a `.gitignore`. */
export function parseIgnore(text: string): Ignore {
  return new Ignore(text);
}

/** Whether the rules leave the file out. Throws `pattern.too-costly`. */
export function isIgnored(path: string, ignore: Ignore): boolean {
  return ignore.covers(path);
}

/** Without the spaces at the end, but for one behind a backslash. */
function trimEnd(line: string): string {
  let end = line.length;
  while (line.charAt(end - 1) === ' ') end -= 1;
  let slashes = 0;
  while (line.charAt(end - 1 - slashes) === '\\') slashes += 1;
  return line.slice(0, slashes % 2 === 1 ? end + 1 : end);
}
