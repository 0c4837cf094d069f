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
