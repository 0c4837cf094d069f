// Finds the YAML block at the top of a README: between a line `---` and the next line `---`. Reads each line once.

/** Bytes of a README that are looked at, in UTF-16 units; what follows is text that nobody derives anything from. */
export const MAX_CARD_LENGTH = 1024 * 1024;

/** A README in its two parts. */
export interface FrontMatter {
  /** The YAML text, or `undefined` when there is no block. */
  readonly yaml: string | undefined;
  /** Line of the README on which the YAML starts, from 1. */
  readonly line: number;
  readonly body: string;
}

/** The two parts of a README. A block that is never closed is no block: `---` is also a ruler in Markdown. */
export function splitFrontMatter(readme: string): FrontMatter {
  const text = readme.slice(0, MAX_CARD_LENGTH);
  const none = { yaml: undefined, line: 1, body: text };
  let at = text.length - text.trimStart().length;
  const line = countLines(text, at) + 1;
  const opening = lineAt(text, at);
  if (!isFence(opening.text) || opening.next === undefined) return none;
  const start = (at = opening.next);
  for (;;) {
    const current = lineAt(text, at);
    if (isFence(current.text))
      return { yaml: text.slice(start, at), line, body: text.slice(current.next ?? text.length) };
    if (current.next === undefined) return none;
    at = current.next;
  }
}

/** How many line breaks lie before a place in a text. */
export function countLines(text: string, end: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

function lineAt(text: string, start: number): { text: string; next: number | undefined } {
  const end = text.indexOf('\n', start);
  if (end === -1) return { text: text.slice(start), next: undefined };
  return { text: text.slice(start, end), next: end + 1 };
}

/** Only `---` with white space behind it; the length is asked first, so that long lines cost nothing. */
function isFence(line: string): boolean {
  return line.startsWith('---') && line.slice(3, 3 + 64).trim() === '' && line.length < 67;
}
