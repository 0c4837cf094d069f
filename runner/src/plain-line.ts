// A line that a sandbox wrote, without what would move the cursor of whoever reads it in a terminal. All Spaces of a machine share the thread that does
// this, so it takes time in proportion to the line. Node's `stripVTControlCharacters` does not: of each title that is begun and never
// ended (`ESC ]`) it looks for the end through all that follows, which is an eighth of a second for one line of 8,000 characters. Pure.

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const BEGIN = /[\u001B\u009B]/g;
/** Ends a command to the operating system, such as a title or a link. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const COMMAND_END = /\u0007|\u001B\\|\u009C/g;
/** All others; no character of them but the first can begin one. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const SEQUENCE = /[\u001B\u009B][[\]()#;?]*(?:\d{1,4}(?:[;:]\d{0,4})*)?[\dA-PR-TZcf-nq-uy=><~]/y;
/** Control characters but the tab. Each would be six characters long in a frame. */
const CONTROL = /[^\P{Cc}\t]/gu;

/** The line without colours and control characters. */
export function plainLine(line: string): string {
  return withoutSequences(line).replaceAll(CONTROL, '');
}

/** Takes out the sequences by which terminals are driven: the same ones as Node does. */
export function withoutSequences(text: string): string {
  const ends = new CommandEnds(text);
  let [kept, from] = ['', 0];
  for (let at = next(BEGIN, text, 0); at !== -1; at = next(BEGIN, text, Math.max(at + 1, from))) {
    const end = ends.after(at) ?? endOf(text, at);
    if (end === undefined) continue;
    kept += text.slice(from, at);
    from = end;
  }
  return kept + text.slice(from);
}

/** Where the commands of a text end. */
class CommandEnds {
  readonly #text: string;
  /** From here on none ends. */
  #none = Infinity;

  constructor(text: string) {
    this.#text = text;
  }

  /** The end of the command that begins here; `undefined` where none does, or it has no end. */
  after(at: number): number | undefined {
    if (!this.#text.startsWith('\u001B]', at) || at >= this.#none) return undefined;
    const found = next(COMMAND_END, this.#text, at + 2);
    if (found === -1) this.#none = at;
    return found === -1 ? undefined : found + (this.#text[found] === '\u001B' ? 2 : 1);
  }
}

function endOf(text: string, at: number): number | undefined {
  SEQUENCE.lastIndex = at;
  return SEQUENCE.test(text) ? SEQUENCE.lastIndex : undefined;
}

function next(what: RegExp, text: string, from: number): number {
  what.lastIndex = from;
  return what.exec(text)?.index ?? -1;
}
