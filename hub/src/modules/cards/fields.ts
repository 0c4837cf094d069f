// Reads single fields of metadata that can hold anything. What does not fit is left out, never guessed.
import type { Json } from '@holdfast/kernel/canonical-json';
import type { Metadata } from './model.ts';

/** Values read from one field. */
const MAX_VALUES = 1000;
/** UTF-16 units of one value. */
const MAX_VALUE_LENGTH = 256;

// What would break a header, a log line or a URL of a list.
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Own fields only, so that `constructor` is absent unless the author wrote it. */
export function fieldOf(metadata: Metadata, name: string): Json | undefined {
  return Object.hasOwn(metadata, name) ? metadata[name] : undefined;
}

/** A field with one short line of text; numbers are taken as their text. */
export function findText(metadata: Metadata, name: string): string | undefined {
  return toText(fieldOf(metadata, name));
}

/** A field with one or several short lines of text, each once. */
export function listTexts(metadata: Metadata, name: string): string[] {
  const field = fieldOf(metadata, name);
  const values = isList(field) ? field.slice(0, MAX_VALUES) : [field];
  return [...new Set(values.map(toText).filter((value) => value !== undefined))];
}

/** Whether a value is a list. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Whether a value is a mapping. */
export function isMapping(value: Json | undefined): value is Metadata {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toText(value: Json | undefined): string | undefined {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string' || value.length > MAX_VALUE_LENGTH) return undefined;
  const text = value.trim();
  return text === '' || CONTROL.test(text) ? undefined : text;
}
