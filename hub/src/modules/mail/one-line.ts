// Texts that people chose, in a mail that the hub wrote. Pure.

// Line breaks, and what turns the direction of text: with them a name would begin a header, and a reason a paragraph or a
// letter of its own.
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const BREAKS = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** The text in the line that it stands in. */
export function oneLine(text: string): string {
  return text.replaceAll(BREAKS, ' ');
}
