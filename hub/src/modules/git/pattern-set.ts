// The `[…]` of git's path patterns: ranges, negation, escapes and the named classes of ASCII.
// Reads each byte of the pattern once, and has git's own opinion of every oddity (`[]a]`, `[a-]`, `[[:alpha:]`).

/** Which of the 256 bytes are meant. */
export type ByteSet = readonly boolean[];

const SLASH = 0x2f;
// Git's own idea of white space: tab, newline, carriage return, space.
const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  cntrl: /[\x00-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t\n\r]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** The set that starts at the `[` at `start`, and where its `]` is; `undefined` when it is malformed. */
export function parseSet(pattern: string, start: number): { set: ByteSet; end: number } | undefined {
  const set = Array.from({ length: 256 }, () => false);
  const negated = pattern[start + 1] === '!' || pattern[start + 1] === '^';
  let at = start + (negated ? 2 : 1);
  let previous = -1;
  // A `]` in the first place is an ordinary member.
  do {
    const member = parseMember(pattern, at, previous);
    if (member === undefined) return undefined;
    for (const byte of member.bytes) set[byte] = true;
    previous = member.previous;
    at = member.end;
  } while (pattern[at] !== ']');
  const meant = negated ? set.map((member) => !member) : set;
  // No set matches a slash, whatever it says: `*[/]` must not leave a folder.
  meant[SLASH] = false;
  return { set: meant, end: at };
}

interface Member {
  readonly bytes: readonly number[];
  /** What a `-` behind this member starts from; -1 when it is an ordinary character there. */
  readonly previous: number;
  readonly end: number;
}

function parseMember(pattern: string, at: number, previous: number): Member | undefined {
  const char = pattern[at];
  if (char === undefined) return undefined;
  if (char === '\\') return single(pattern, at + 1);
  if (char === '-' && previous >= 0 && at + 1 < pattern.length && pattern[at + 1] !== ']') {
    return range(pattern, at + 1, previous);
  }
  if (char === '[' && pattern[at + 1] === ':') return named(pattern, at);
  return single(pattern, at);
}

function single(pattern: string, at: number): Member | undefined {
  if (at >= pattern.length) return undefined;
  const byte = pattern.charCodeAt(at);
  return { bytes: [byte], previous: byte, end: at + 1 };
}

function range(pattern: string, at: number, first: number): Member | undefined {
  const last = single(pattern, pattern[at] === '\\' ? at + 1 : at);
  if (last === undefined) return undefined;
  const length = Math.max(0, last.previous - first + 1);
  return { bytes: Array.from({ length }, (_, index) => first + index), previous: -1, end: last.end };
}

function named(pattern: string, at: number): Member | undefined {
  const close = pattern.indexOf(']', at + 2);
  if (close === -1) return undefined;
  // Without `:]` the bracket is an ordinary member.
  if (close === at + 2 || pattern[close - 1] !== ':') return single(pattern, at);
  const name = pattern.slice(at + 2, close - 1);
  const members = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
  if (members === undefined) return undefined;
  const bytes = Array.from({ length: 128 }, (_, byte) => byte);
  return {
    bytes: bytes.filter((byte) => members.test(String.fromCharCode(byte))),
    previous: -1,
    end: close + 1,
  };
}
