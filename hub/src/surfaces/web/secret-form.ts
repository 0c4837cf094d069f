// A form that holds a secret, read as bytes: the value is never a string here (threat 7), and goes on as the body that the vault
// reads. Pure.

/** What such a form says. */
export interface SecretForm {
  /** Every field but the value. */
  readonly fields: Readonly<Record<string, string>>;
  /** The value's bytes, in a buffer of their own that the caller overwrites. */
  readonly value: Uint8Array;
}

const [AMPERSAND, EQUALS, PERCENT, PLUS, SPACE, CR, LF] = [0x26, 0x3d, 0x25, 0x2b, 0x20, 0x0d, 0x0a];
const [QUOTE, BACKSLASH, FIRST_SHOWN] = [0x22, 0x5c, 0x20];
const VALUE = 'value';

/** Reads a body of type `application/x-www-form-urlencoded`. Of fields that come twice the last counts. */
export function readSecretForm(body: Uint8Array): SecretForm {
  const fields: Record<string, string> = {};
  let value = new Uint8Array();
  for (let start = 0; start < body.length;) {
    const found = body.indexOf(AMPERSAND, start);
    const end = found === -1 ? body.length : found;
    const equals = body.subarray(start, end).indexOf(EQUALS);
    const at = equals === -1 ? end : start + equals;
    const name = textOf(decode(body.subarray(start, at)));
    const bytes = decode(body.subarray(Math.min(at + 1, end), end));
    if (name === VALUE) {
      value.fill(0);
      value = withoutLastLine(bytes);
    } else
      Object.defineProperty(fields, name, { value: textOf(bytes), enumerable: true, configurable: true });
    start = end + 1;
  }
  return { fields, value };
}

/** The bytes without the escapes of a form, whose lines end as a file's do. */
function decode(escaped: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(escaped.length);
  let length = 0;
  for (let at = 0; at < escaped.length; at += 1) {
    let byte = escaped[at] ?? 0;
    const code = byte === PERCENT ? hexAt(escaped, at + 1) : undefined;
    if (code !== undefined) {
      byte = code;
      at += 2;
    } else if (byte === PLUS) byte = SPACE;
    if (byte === LF && length > 0 && bytes[length - 1] === CR) length -= 1;
    bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}

function hexAt(bytes: Uint8Array, at: number): number | undefined {
  const [high, low] = [hexDigit(bytes[at]), hexDigit(bytes[at + 1])];
  return high === undefined || low === undefined ? undefined : high * 16 + low;
}

function hexDigit(byte = 0): number | undefined {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : undefined;
}

/** What is pasted often ends with a line, and no key does. */
function withoutLastLine(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.at(-1) === LF ? bytes.subarray(0, -1) : bytes;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

/** The body that the vault reads: these fields as JSON, and the value's bytes in it. */
export function secretBodyOf(fields: object, value: Uint8Array): Uint8Array {
  const head = Buffer.from(`${JSON.stringify(fields).slice(0, -1)},"${VALUE}":"`);
  const body = Buffer.alloc(head.length + escapedLength(value) + 2);
  body.set(head);
  let at = head.length;
  for (const byte of value) {
    if (byte === QUOTE || byte === BACKSLASH) {
      body[at++] = BACKSLASH;
      body[at++] = byte;
    } else if (byte < FIRST_SHOWN) {
      body.write(`\\u00${byte < 16 ? '0' : ''}${byte.toString(16)}`, at, 'latin1');
      at += 6;
    } else body[at++] = byte;
  }
  body.write('"}', at, 'latin1');
  return body;
}

function escapedLength(value: Uint8Array): number {
  let length = 0;
  for (const byte of value) length += byte < FIRST_SHOWN ? 6 : byte === QUOTE || byte === BACKSLASH ? 2 : 1;
  return length;
}
