// Which texts are mail addresses. What is taken for an account is one by the stricter rule: no account gets one that mail servers refuse, or that
// is two recipients, a comment or a header to one. What accounts have from before is written to by the other, and their mail server decides:
// some operators gave away addresses with dots where none belongs. Pure.

/** What is said of its parts: nothing in it ends it, begins another, opens a comment, or is not seen. */
const ATOM = String.raw`[^\s.@<>"(),:;\\[\]\p{C}]+`;
const LABEL = String.raw`[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?`;
// What ends in a number is an address of a machine to who looks it up: `7` would be 0.0.0.7.
const ADDRESS = new RegExp(
  String.raw`^(?=[^@]{1,64}@.{1,190}$)${ATOM}(?:\.${ATOM})*@(?:${LABEL}\.)*(?=\p{L})${LABEL}$`,
  'u',
);

/** What is no address at all, or would be more than one recipient, a comment or a header. */
const WRITABLE = /^[^\s@<>"(),:;\\[\]\p{C}]{1,64}@[^\s@<>"(),:;\\[\]\p{C}]{1,190}$/u;

/** Whether mail may be addressed to a text: all that is a mail address, and what accounts have from before. */
export function mayBeWrittenTo(text: string): boolean {
  return WRITABLE.test(text);
}

/** Whether a text is a mail address, bare: `ada@example.org`, and nothing around it. */
export function isMailAddress(text: string): boolean {
  return ADDRESS.test(text);
}
