// Keys in free text, taken out before the text is kept where nobody can delete it. Pure, and linear in the text.
import { Buffer } from 'node:buffer';
import { TokenFinder } from '../find-tokens.ts';
import { PROVIDERS } from './providers.ts';

/** What keys are made of; whatever else stands in a text ends one. */
const WORD = /[\w.~+-]{12,}/g;
/** What may stand behind a key in a sentence. */
const MARKS = '.~+-';
const OURS = 'holdfast';
const KEYED = PROVIDERS.filter(({ prefixes, byName }) => prefixes.length > 0 && !byName);
/** The longest first: where one matches, none that is longer does. */
const PREFIXES = [...new Set(KEYED.flatMap(({ prefixes }) => prefixes))].toSorted(
  (a, b) => b.length - a.length,
);
const ANY_PREFIX = new RegExp(PREFIXES.map((prefix) => RegExp.escape(prefix)).join('|'));
/** Each place where one begins, those within another one too. */
const EACH_PREFIX = new RegExp(`(?=(${ANY_PREFIX.source}))`, 'g');

/** A key as it may begin within a text. */
interface Shape {
  readonly title: string;
  readonly pattern: RegExp;
}

/** The shapes of keys that may begin where this prefix is the longest. Ours are told by their check, and not here. */
const BY_PREFIX: ReadonlyMap<string, readonly Shape[]> = new Map(
  PREFIXES.map((longest) => [
    longest,
    KEYED.filter(
      ({ id, prefixes }) => id !== OURS && prefixes.some((one) => longest.startsWith(one)),
    ).flatMap(({ title, shapes }) => shapes.map((shape) => ({ title, pattern: withinText(shape) }))),
  ]),
);

// From a place on, and whatever comes behind. All counts in shapes are small: each place costs a bounded time.
function withinText({ source }: RegExp): RegExp {
  return new RegExp(source.replace(/^\^/, '').replace(/\$$/, ''), 'y');
}

/**
 * What may stand between two letters of base64: the break of a line with what surrounds it, as it is or as JSON has it. Somewhat more
 * than `TokenFinder` passes over, and not any number: `t` is a letter, too, and each of a run of `\\t` would read the rest of it.
 */
const BREAK = String.raw`(?:\\+[nrt"]|[\s",]){0,80}`;
/** `hf_` in base64, in each of the three ways in which it lies across letters. */
const ANY_PACKED = new RegExp(
  [
    ['a', 'G', 'Z', 'f'],
    ['[GWm2]', 'h', 'm', 'X'],
    ['[BFJNRVZdhlptx159]', 'o', 'Z', 'l'],
  ]
    .map((letters) => letters.join(BREAK))
    .join('|'),
);

/** Whether a text, or what is written as JSON, may hold a key: false is certain. */
export function mayHoldKey(text: string): boolean {
  return ANY_PREFIX.test(text) || ANY_PACKED.test(text);
}

/** The text with whose key it was in place of each key that begins as those of a provider do, and of tokens of ours within base64. */
export function maskKeys(text: string): string {
  if (!mayHoldKey(text)) return text;
  // Ours are told by their check wherever they stand; others by how they look.
  return maskTokens(text).replaceAll(WORD, maskWord);
}

/** A host as a door says it; the keys that have a dot or a capital letter in them are none. */
const HOST = /^[a-z0-9_*.:-]{1,300}$/;
/** The end of a name, which says whose it is: an app that names hosts as keys are named may not hide it. */
const OWNER_LABELS = 2;

/**
 * The name of a host with whose key it was in place of each label that is a key. Labels alone are looked at, and never the last two: some
 * shapes of keys allow dots, and `glpat-….example.org` as one word would be a host that nobody can tell from others.
 */
export function maskHost(host: string): string {
  if (!HOST.test(host)) return maskKeys(host);
  const labels = host.split('.');
  const kept = labels.length - OWNER_LABELS;
  return labels.map((label, at) => (at < kept ? maskKeys(label) : label)).join('.');
}

/** A part of a text in whose place stands whose it is. */
interface Part {
  readonly at: number;
  readonly end: number;
  readonly title: string;
}

function maskTokens(text: string): string {
  // A byte for each letter, so that places are the same; a letter that is none of a token or of base64 for each that has no byte.
  const bytes = Buffer.from(text.replaceAll(/[\u0100-\uffff]/g, '?'), 'latin1');
  return maskParts(
    text,
    new TokenFinder().list(bytes).map(({ at, end }) => ({ at, end, title: 'this hub' })),
  );
}

function maskWord(text: string): string {
  const word = { text, changes: countChanges(text) };
  const parts: Part[] = [];
  let behind = 0;
  for (const { index: at, 1: prefix = '' } of text.matchAll(EACH_PREFIX)) {
    const part = at < behind ? undefined : findKey(word, at, prefix);
    if (part === undefined) continue;
    parts.push(part);
    behind = part.end;
  }
  return maskParts(text, parts);
}

/** The parts in the order of where they begin. */
function maskParts(text: string, parts: readonly Part[]): string {
  let masked = '';
  let from = 0;
  for (const { at, end, title } of parts) {
    if (at >= from) masked += `${text.slice(from, at)}[key of ${title}]`;
    from = Math.max(from, end);
  }
  return masked + text.slice(from);
}

interface Word {
  readonly text: string;
  /** How often, up to each of its places. */
  readonly changes: Uint32Array;
}

/** The key that begins at a place of a word. */
function findKey({ text, changes }: Word, at: number, prefix: string): Part | undefined {
  for (const { title, pattern } of BY_PREFIX.get(prefix) ?? []) {
    pattern.lastIndex = at;
    const [key] = pattern.exec(text) ?? [];
    if (key === undefined) continue;
    const end = withoutMarks(text, at + key.length);
    const isWhole = at === 0 && end === withoutMarks(text, text.length);
    // Within a word a prefix may be the end of another one, as in `task-ant-…`: what follows has to look made by chance.
    if (isWhole || (changes[end - 1] ?? 0) - (changes[at] ?? 0) >= CHANGES) return { at, end, title };
  }
  return undefined;
}

// From the end, letter by letter: a pattern that is anchored there looks at a run of them again from each of its letters.
function withoutMarks(text: string, from: number): number {
  let end = from;
  while (end > 0 && MARKS.includes(text.charAt(end - 1))) end -= 1;
  return end;
}

/** Of twenty letters made by chance one text in a hundred thousand changes less often. */
const CHANGES = 4;

/** How often small letters, capitals and digits that stand side by side have changed, up to each place of a text. */
function countChanges(text: string): Uint32Array {
  const changes = new Uint32Array(text.length);
  let before = 0;
  for (let at = 0; at < text.length; at += 1) {
    const kind = kindOf(text.charCodeAt(at));
    const changed = at > 0 && kind !== before && kind > 0 && before > 0;
    changes[at] = (changes[at - 1] ?? 0) + (changed ? 1 : 0);
    before = kind;
  }
  return changes;
}

/** 1 for a digit, 2 for a capital, 3 for a small letter, 0 for anything else. */
function kindOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return 1;
  if (code >= 0x41 && code <= 0x5a) return 2;
  return code >= 0x61 && code <= 0x7a ? 3 : 0;
}
