// Checks `model-index`, the evaluation results in the card of a model. Clients read it back without looking.
import type { Json } from '@holdfast/kernel/canonical-json';
import { fieldOf, isList, isMapping } from './fields.ts';

/** Messages for one card; after these the rest is not worth reading. */
const MAX_MESSAGES = 20;

/** What is wrong with the value of `model-index`, as messages that name the place. */
export function checkModelIndex(value: Json): string[] {
  const messages: string[] = [];
  for (const message of problems(value)) {
    messages.push(message);
    if (messages.length === MAX_MESSAGES) break;
  }
  return messages;
}

function* problems(value: Json): Generator<string> {
  yield* each(value, '"model-index"', function* (model, at) {
    yield* text(model, at, 'name');
    yield* each(fieldOf(model, 'results'), `${at}.results`, result);
  });
}

function* result(value: Fields, at: string): Generator<string> {
  yield* mapping(fieldOf(value, 'task'), `${at}.task`, ['type']);
  yield* mapping(fieldOf(value, 'dataset'), `${at}.dataset`, ['type', 'name']);
  yield* each(fieldOf(value, 'metrics'), `${at}.metrics`, function* (metric, place) {
    yield* text(metric, place, 'type');
    if (fieldOf(metric, 'value') === undefined) yield `${place}.value is required`;
  });
}

type Fields = Readonly<Record<string, Json>>;

function* each(
  list: Json | undefined,
  at: string,
  check: (item: Fields, at: string) => Generator<string>,
): Generator<string> {
  if (!isList(list)) {
    yield list === undefined ? `${at} is required` : `${at} must be a list`;
    return;
  }
  for (const [index, item] of list.entries()) {
    const place = `${at}[${index}]`;
    if (isMapping(item)) yield* check(item, place);
    else yield `${place} must be a mapping`;
  }
}

function* mapping(value: Json | undefined, at: string, texts: readonly string[]): Generator<string> {
  if (value === undefined) yield `${at} is required`;
  else if (!isMapping(value)) yield `${at} must be a mapping`;
  else for (const field of texts) yield* text(value, at, field);
}

function* text(parent: Fields, at: string, name: string): Generator<string> {
  const value = fieldOf(parent, name);
  if (value === undefined) yield `${at}.${name} is required`;
  // A name such as `2024` is a number to YAML.
  else if (typeof value !== 'string' && typeof value !== 'number') yield `${at}.${name} must be a string`;
}
