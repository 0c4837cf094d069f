// Which texts are mail addresses: one rule for who takes them (the hub) and for who writes to them (the courier), so that no account
// has one that no mail goes to, and none is two recipients, a comment or a header to a mail server. Pure.

/**
 * What is said of its parts: nothing in it ends it, begins another, opens a comment, or is not seen. Dots stand anywhere in front of the
 * `@`, and underscores and a last dot behind it: some operators gave such addresses away for years.
 */
const PERSON = String.raw`[^\s@<>"(),:;\\[\]\p{C}]{1,64}`;
const LABEL = String.raw`[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_-]{0,61}[\p{L}\p{M}\p{N}_])?`;
// What ends in a number is an address of a machine to who looks it up: `7` would be 0.0.0.7.
const ADDRESS = new RegExp(String.raw`^${PERSON}@(?=.{1,190}$)(?:${LABEL}\.)*(?=\p{L})${LABEL}\.?$`, 'u');

/** Whether a text is a mail address, bare: `ada@example.org`, and nothing around it. */
export function isMailAddress(text: string): boolean {
  return ADDRESS.test(text);
}
