// Rules about how a Space wants to be shown: what its page and a list of Spaces would be made of. Pure.
import type { Json } from '@holdfast/kernel/canonical-json';
import { fieldOf, findText } from './fields.ts';
import type { Metadata } from './model.ts';

/** Something that is wrong, with the key it is about. */
export interface Finding {
  readonly key: string;
  readonly text: string;
}

const COLORS = ['red', 'yellow', 'green', 'blue', 'indigo', 'purple', 'pink', 'gray'];
const HEADERS = ['default', 'mini'];
/** Keys that hold one line of text. */
const TEXTS = ['title', 'emoji', 'short_description', 'thumbnail'];
/** Keys that are true or false. */
const SWITCHES = ['pinned', 'fullWidth', 'disable_embedding'];

/** What is wrong with the keys that say how a Space is shown. Without a value a key is as one that is not there, except a colour's. */
export function* lookFindings(metadata: Metadata): Generator<Finding> {
  for (const key of TEXTS)
    if (isSaid(metadata, key) && findText(metadata, key) === undefined)
      yield { key, text: `"${key}" must be one line of text, of 256 characters at most` };
  for (const key of ['colorFrom', 'colorTo'])
    if (fieldOf(metadata, key) !== undefined && !isOneOf(COLORS, fieldOf(metadata, key)))
      yield { key, text: `"${key}" must be one of ${COLORS.join(', ')}` };
  for (const key of SWITCHES)
    if (isSaid(metadata, key) && typeof fieldOf(metadata, key) !== 'boolean')
      yield { key, text: `"${key}" must be true or false` };
  if (isSaid(metadata, 'header') && !isOneOf(HEADERS, fieldOf(metadata, 'header')))
    yield { key: 'header', text: `"header" must be one of ${HEADERS.join(', ')}` };
}

/** Whether a value is one of some words. */
export function isOneOf(words: readonly string[], value: Json | undefined): boolean {
  return typeof value === 'string' && words.includes(value);
}

function isSaid(metadata: Metadata, key: string): boolean {
  return (fieldOf(metadata, key) ?? null) !== null;
}
