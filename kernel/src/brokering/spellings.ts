// How servers may read a path. Pure. Where two of them would find another route in it, both readings are judged.

/** A path in segments. */
export interface Spellings {
  readonly asWritten: readonly string[];
  /** That too, and what lenient servers make of it. */
  readonly asReadBySome: readonly (readonly string[])[];
}

const MOST_ROUNDS = 3;
/** Nothing that is unescaped becomes this: byte by byte, no sign of it is beyond U+00FF. */
const BETWEEN = '\uFFFF';
/** Nothing in it is read in two ways. Most paths are such, and cost no more than this. */
// oxlint-disable-next-line no-control-regex -- some end at NUL
const PLAIN = /^(?:\/[^/%;.\\?#\s\0]+)+$/;

/** All of them. */
export function spellingsOf(path: string): Spellings {
  const asWritten = path.split('/').slice(1);
  return { asWritten, asReadBySome: PLAIN.test(path) ? [asWritten] : [asWritten, ...readingsOf(path)] };
}

/**
 * A server may unescape a path before it looks for slashes, or after: `g%2Fp/%76ariables` is two segments to GitLab, of which
 * the second is `variables`. Proxies before it may have unescaped it once or twice, and may take away dots that stand escaped.
 */
function readingsOf(path: string): string[][] {
  const readings: string[][] = [];
  let [before, text] = ['', path];
  for (let round = 0; round <= MOST_ROUNDS && text !== before; round += 1) {
    const joined = segmentsOf(text).join(BETWEEN);
    const segments = unescape(joined, MOST_ROUNDS - round)
      .split(BETWEEN)
      .map(cut);
    const fewer = withoutDots(segments);
    readings.push(segments);
    if (fewer.length < segments.length) readings.push(fewer);
    [before, text] = [text, unescapeOnce(text)];
  }
  return readings;
}

/** What a text says that is percent-encoded, once or more. */
export function unescape(text: string, rounds = MOST_ROUNDS): string {
  let read = text;
  for (let round = 0; round < rounds && read.includes('%'); round += 1) read = unescapeOnce(read);
  return read;
}

function unescapeOnce(text: string): string {
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
}

/** Segments as a lenient server reads them: without empty ones, dots, parameters, and what follows a sign for the end. */
function segmentsOf(path: string): string[] {
  const [whole = ''] = path.replaceAll('\\', '/').split(/[?#\0]/, 1);
  return withoutDots(whole.split('/').map(cut));
}

function withoutDots(parts: readonly string[]): string[] {
  const segments: string[] = [];
  for (const part of parts)
    if (part === '..') segments.pop();
    else if (part !== '' && part !== '.') segments.push(part);
  return segments;
}

function cut(segment: string): string {
  const end = segment.search(/[;?#\0]/);
  return (end < 0 ? segment : segment.slice(0, end)).trim();
}
