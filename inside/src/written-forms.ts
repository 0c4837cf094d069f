// The forms in which an app is likely to write a value that it has: as it is, escaped, encoded, and each of its lines. Pure.

/** Shortest value that is looked for, in bytes: words such as `true` or `1234` stand in every log. */
export const SHORTEST = 8;

const BITS_OF_BYTE = 8;
const BITS_OF_SIXTET = 6;
const LINE_BREAK = /\r\n|\r|\n/;
const ESCAPED_BYTE = /%[0-9A-F]{2}/g;
const BEYOND_ASCII = /[^ -~]/g;

/** Whether a value is too short to be looked for. */
export function isTooShort(value: Buffer): boolean {
  return value.length < SHORTEST;
}

/** All forms of a value; of one with several lines also those of each line, because a log has something before each. */
export function* formsOf(value: Buffer): Generator<Buffer> {
  yield* formsOfOne(value);
  const lines = value.toString('latin1').split(LINE_BREAK);
  if (lines.length > 1)
    for (const line of lines)
      for (const text of new Set([line, line.trim()])) yield* formsOfOne(bytesOf(text));
}

function* formsOfOne(value: Buffer): Generator<Buffer> {
  if (isTooShort(value)) return;
  yield value;
  const hex = value.toString('hex');
  yield bytesOf(hex);
  yield bytesOf(hex.toUpperCase());
  for (const offset of [0, 1, 2])
    for (const alphabet of ['base64', 'base64url'] as const) yield bytesOf(encoded(value, offset, alphabet));
  for (const text of new Set(escaped(value.toString('utf8')))) yield Buffer.from(text);
}

// What stands before a value decides where in a group of three bytes it begins. Letters at both ends that also depend on its
// neighbours are left out.
function encoded(value: Buffer, offset: number, alphabet: 'base64' | 'base64url'): string {
  const padded = Buffer.concat([Buffer.alloc(offset), value]);
  const from = Math.ceil((offset * BITS_OF_BYTE) / BITS_OF_SIXTET);
  const to = Math.floor((padded.length * BITS_OF_BYTE) / BITS_OF_SIXTET);
  return padded.toString(alphabet).slice(from, to);
}

function* escaped(text: string): Generator<string> {
  const json = JSON.stringify(text).slice(1, -1);
  yield json;
  // As Python writes JSON, and as it and others write a text between single quotes.
  yield json.replaceAll(BEYOND_ASCII, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
  yield json.replaceAll(String.raw`\"`, '"');
  yield json.replaceAll(String.raw`\"`, '"').replaceAll("'", String.raw`\'`);
  const url = encodeURIComponent(text.toWellFormed());
  for (const one of [url, url.replaceAll('%2F', '/'), url.replaceAll('%20', '+')]) {
    yield one;
    yield one.replaceAll(ESCAPED_BYTE, (byte) => byte.toLowerCase());
  }
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
