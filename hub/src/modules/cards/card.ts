// Reads a README as a card. It may be anything: the answer is always a card, with what is wrong said in words.
import { Buffer, isUtf8 } from 'node:buffer';
import type { Json } from '@holdfast/kernel/canonical-json';
import { boundMetadata, MAX_METADATA_BYTES } from './bounded.ts';
import { checkMetadata } from './check.ts';
import { cardInvalid } from './faults.ts';
import { isMapping } from './fields.ts';
import { MAX_CARD_LENGTH, splitFrontMatter } from './front-matter.ts';
import type { Card, Metadata, Notice, RepoType } from './model.ts';
import { parseYaml } from './yaml.ts';

const NOTHING: Metadata = Object.freeze({});
const MISSING = 'empty or missing yaml metadata in repo card';
/** Keys whose values look like numbers and are none. */
const VERSIONS = new Set(['sdk_version', 'python_version']);
const MAX_MESSAGE_LENGTH = 300;

/**
 * The card in a README (text, or bytes that should be UTF-8). Only the first MiB is looked at. Of
 * metadata above 64 KiB of JSON the largest values are left out, with a warning. Without a type the rules of Spaces are not
 * applied. Never throws.
 */
export function parseCard(readme: string | Uint8Array, type?: RepoType): Card {
  const bytes = typeof readme === 'string' ? undefined : readme.subarray(0, MAX_CARD_LENGTH);
  const text = typeof readme === 'string' ? readme : Buffer.from(bytes ?? []).toString('utf8');
  // A cut at the limit may go through a character; that alone is nobody's mistake.
  const garbled = bytes !== undefined && bytes.length < MAX_CARD_LENGTH && !isUtf8(bytes);
  const notices: Notice[] = garbled ? [{ message: 'README.md is not valid UTF-8' }] : [];
  const { yaml, line, body } = splitFrontMatter(text);
  if (yaml === undefined)
    return { metadata: NOTHING, errors: [], warnings: [...notices, { message: MISSING }], body };
  const result = parseYaml(yaml, VERSIONS);
  if (result.error !== undefined) {
    const error = {
      message: shorten(`invalid YAML in the metadata: ${result.error}`),
      line: line + result.line,
    };
    return { metadata: NOTHING, errors: [error], warnings: notices, body };
  }
  const { errors, warnings, metadata } = readMetadata(result.value, type);
  return { metadata, errors: errors.map(notice), warnings: [...notices, ...warnings.map(notice)], body };
}

/** Throws `card.invalid` when the card has errors. */
export function requireValid(card: Card): void {
  if (card.errors.length > 0) throw cardInvalid(card.errors, card.warnings);
}

function readMetadata(value: Json, type: RepoType | undefined) {
  if (value === null) return { metadata: NOTHING, errors: [], warnings: [MISSING] };
  if (!isMapping(value))
    return { metadata: NOTHING, errors: ['the metadata must be a mapping of names to values'], warnings: [] };
  const empty = Object.keys(value).length === 0;
  const { errors, warnings } = checkMetadata(value, type);
  const { metadata, left } = boundMetadata(value);
  const more = left.length === 0 ? [] : [tooLong(left)];
  return { metadata, errors, warnings: empty ? [MISSING] : [...more, ...warnings] };
}

function tooLong(left: readonly string[]): string {
  const keys = left.map((key) => JSON.stringify(key)).join(', ');
  return `the metadata is over ${MAX_METADATA_BYTES / 1024} KiB; the hub keeps and lists it without ${keys}`;
}

function notice(message: string): Notice {
  return { message: shorten(message) };
}

function shorten(message: string): string {
  const line = message.replace(/\n[^]*/, '');
  return line.length > MAX_MESSAGE_LENGTH ? `${line.slice(0, MAX_MESSAGE_LENGTH).toWellFormed()}…` : line;
}
