// Heads of HTTP/1.1 messages (RFC 9112), read strictly. Pure. What two readers could take differently is refused: whoever can make
// the door and an app disagree about where a message ends smuggles a second one past the door.

/** A line of a head: its name in lower case, as it was written, and its value. */
export interface Field {
  readonly name: string;
  readonly written: string;
  readonly value: string;
}

/** The head of a request. */
export interface RequestHead {
  readonly method: string;
  readonly target: string;
  readonly fields: readonly Field[];
}

/** The head of an answer. */
export interface AnswerHead {
  readonly status: number;
  readonly reason: string;
  /** Of the version, the part that differs: 0 or 1. */
  readonly minor: 0 | 1;
  readonly fields: readonly Field[];
}

/** Most fields of a head; its bytes are bounded where it is collected. */
const MOST_FIELDS = 128;
const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) ([\u0021-\u007e]{1,32768}) HTTP\/1\.([01])$/;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([^\u0000-\u0008\u000a-\u001f\u007f]*))?$/;
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROLS = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/** Reads a head without the empty line that ends it; `undefined` for what is none. */
export function parseRequestHead(text: string): RequestHead | undefined {
  const lines = text.split('\r\n');
  const [, method, target, minor] = REQUEST_LINE.exec(lines[0] ?? '') ?? [];
  const fields = parseFields(lines);
  if (method === undefined || target === undefined || fields === undefined) return undefined;
  // Python asks for a tunnel in HTTP/1.0, where nothing is different. All else of it is not spoken.
  if (minor === '0' && method !== 'CONNECT') return undefined;
  return { method, target, fields };
}

/** Reads the head of an answer. */
export function parseAnswerHead(text: string): AnswerHead | undefined {
  const lines = text.split('\r\n');
  const [, minor, status, reason = ''] = STATUS_LINE.exec(lines[0] ?? '') ?? [];
  const fields = parseFields(lines);
  if (status === undefined || fields === undefined) return undefined;
  return { status: Number(status), reason, minor: minor === '1' ? 1 : 0, fields };
}

function parseFields(lines: readonly string[]): Field[] | undefined {
  if (lines.length > MOST_FIELDS + 1) return undefined;
  const fields: Field[] = [];
  for (let at = 1; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const colon = line.indexOf(':');
    const written = line.slice(0, colon);
    // A line that goes on with the one before, or a space before the colon: some join them, some do not.
    if (colon < 1 || !NAME.test(written)) return undefined;
    const value = trim(line, colon + 1);
    if (CONTROLS.test(value)) return undefined;
    fields.push({ name: written.toLowerCase(), written, value });
  }
  return fields;
}

function trim(line: string, from: number): string {
  let [start, end] = [from, line.length];
  while (start < end && isSpace(line.codePointAt(start))) start += 1;
  while (end > start && isSpace(line.codePointAt(end - 1))) end -= 1;
  return line.slice(start, end);
}

function isSpace(code: number | undefined): boolean {
  return code === 0x20 || code === 0x09;
}

/** Most fields that are asked for are not there: nothing is made for them. */
const NONE: readonly string[] = [];

/** The values of a field. */
export function valuesOf(fields: readonly Field[], name: string): readonly string[] {
  let values: string[] | undefined;
  for (const field of fields) if (field.name === name) (values ??= []).push(field.value);
  return values ?? NONE;
}

/** The elements of a list field such as `Connection`, in lower case. */
export function elementsOf(fields: readonly Field[], name: string): readonly string[] {
  const values = valuesOf(fields, name);
  if (values.length === 0) return NONE;
  const elements: string[] = [];
  for (const value of values)
    for (const element of value.split(',')) {
      const word = element.trim().toLowerCase();
      if (word !== '') elements.push(word);
    }
  return elements;
}
