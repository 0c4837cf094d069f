// A line of a log as a page may show it. Pure.
// A program writes what it likes, and what a page shows is copied into terminals: sequences that command one (titles, the
// clipboard, what is typed next) are taken out, and so are characters that have a line read otherwise than it is.

const ESC = String.fromCodePoint(0x1b);
const BEL = String.fromCodePoint(7);
/** Colours and movements; strings for the terminal, to their end or the line's; everything else that begins so. */
const COMMANDS = new RegExp(
  `${ESC}\\[[0-?]*[ -/]*[@-~]?|${ESC}[\\]PX^_][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)?|${ESC}[ -/]*[0-~]?`,
  'g',
);
/** Controls but the tabulator, and what turns the direction in which a line is read. */
const UNSEEN = /(?!\t)\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const LONGEST = 4_000;

/** The line as text. Of what was written over, as progress bars do it, the last is left. */
export function plainLine(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  const plain = cut.replace(COMMANDS, '');
  return (plain.split(/\r+/).findLast((part) => part !== '') ?? '').replace(UNSEEN, '');
}
