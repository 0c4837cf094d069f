// Keys in free text, taken out before the text is kept where nobody can delete it. Pure, and linear in the text.
import { PROVIDERS } from './providers.ts';
import { findByShape } from './recognise.ts';

/** What keys are made of; whatever else stands in a text ends one. */
const WORD = /[\w.~+-]{12,}/g;
/** What may stand behind a key in a sentence. */
const MARKS = '.~+-';
const OURS = /hf_[0-9A-Za-z]{36}/g;
const PREFIXES = [...new Set(PROVIDERS.flatMap(({ prefixes }) => prefixes))];
const ANY_PREFIX = new RegExp(PREFIXES.map((prefix) => RegExp.escape(prefix)).join('|'));

/** Whether a text may hold a key: false is certain. */
export function mayHoldKey(text: string): boolean {
  return ANY_PREFIX.test(text);
}

/** The text with whose key it was in place of each key that begins as those of a provider do. */
export function maskKeys(text: string): string {
  if (!mayHoldKey(text)) return text;
  // Ours are told by their check wherever they stand; others by the word that they are.
  return text.replaceAll(OURS, maskWord).replaceAll(WORD, maskWord);
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

function maskWord(word: string): string {
  // From the end, letter by letter: a pattern that is anchored there looks at a run of them again from each of its letters.
  let length = word.length;
  while (length > 0 && MARKS.includes(word.charAt(length - 1))) length -= 1;
  const key = word.slice(0, length);
  const provider = PREFIXES.some((prefix) => key.startsWith(prefix))
    ? findByShape('', Buffer.from(key))
    : undefined;
  return provider === undefined ? word : `[key of ${provider.title}]${word.slice(key.length)}`;
}
