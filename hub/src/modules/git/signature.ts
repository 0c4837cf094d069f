// Who made a commit or tag, and when, as git writes it. Names and addresses come from accounts and can hold anything:
// a newline or an angle bracket in one would add headers, or a second author, to the commit of somebody else.
import { objectMalformed } from './faults.ts';

/** The author, committer or tagger. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly at: Date;
  /** Offset from UTC, `+HHMM` or `-HHMM`. */
  readonly tz: string;
}

const MAX_LENGTH = 256;
// What ends a header or a field, and what cannot be seen.
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f<>\u2028\u2029]/g;
// What git itself strips from both ends of a name.
const EDGE = new Set(' .,:;"\\\'');
const TZ = /^[+-][0-9]{4}$/;
const TIME = /^(0|[1-9][0-9]{0,12}) ([+-][0-9]{4})$/;

/** One field of a signature with everything removed that could end it. */
function cleanField(text: string): string {
  const line = text.slice(0, MAX_LENGTH).toWellFormed().replace(UNSAFE, ' ').replace(/ {2,}/g, ' ');
  let start = 0;
  let end = line.length;
  while (start < end && EDGE.has(line.charAt(start))) start += 1;
  while (end > start && EDGE.has(line.charAt(end - 1))) end -= 1;
  return line.slice(start, end);
}

/** The signature as it stands behind `author `. Throws a `TypeError` for a time before 1970 or an offset that is none. */
export function encodeSignature(signature: Signature): string {
  const seconds = Math.floor(signature.at.getTime() / 1000);
  if (!(seconds >= 0)) throw new TypeError('git has no time before 1970');
  if (!TZ.test(signature.tz)) throw new TypeError('not an offset from UTC');
  // A space inside an address would be kept by git and split by everything that reads it.
  const email = cleanField(signature.email).replaceAll(' ', '');
  return `${cleanField(signature.name) || 'unknown'} <${email}> ${seconds} ${signature.tz}`;
}

/** The signature in a header. Throws `object.malformed`. */
export function parseSignature(text: string, kind: string): Signature {
  const open = text.indexOf('<');
  const close = text.indexOf('>', open);
  const time = TIME.exec(text.slice(close + 2));
  if (open === -1 || close === -1 || text.charAt(close + 1) !== ' ' || time === null) {
    throw objectMalformed(kind, 'signature');
  }
  const at = new Date(Number(time[1]) * 1000);
  if (Number.isNaN(at.getTime())) throw objectMalformed(kind, 'a time out of range');
  return { name: text.slice(0, open).trimEnd(), email: text.slice(open + 1, close), at, tz: String(time[2]) };
}
