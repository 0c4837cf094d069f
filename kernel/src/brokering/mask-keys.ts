// Keys in free text, taken out before the text is kept where nobody can delete it. Pure, and linear in the text.
import { PROVIDERS } from './providers.ts';
import { findByShape } from './recognise.ts';

/** What keys are made of; whatever else stands in a text ends one. */
const WORD = /[\w.~+-]{12,}/g;
const PREFIXES = [...new Set(PROVIDERS.flatMap(({ prefixes }) => prefixes))];
const ANY_PREFIX = new RegExp(PREFIXES.map((prefix) => RegExp.escape(prefix)).join('|'));

/** Whether a text may hold a key: false is certain. */
export function mayHoldKey(text: string): boolean {
  return ANY_PREFIX.test(text);
}

/** The text with whose key it was in place of each key that begins as those of a provider do. */
export function maskKeys(text: string): string {
  if (!mayHoldKey(text)) return text;
  return text.replaceAll(WORD, (word) => {
    const provider = PREFIXES.some((prefix) => word.startsWith(prefix)) ? findByShape('', word) : undefined;
    return provider === undefined ? word : `[key of ${provider.title}]`;
  });
}
