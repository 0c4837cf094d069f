// Says in our words what is wrong with an input and what is expected. Pure.
import { type z } from 'zod';

/** Which part of a request is looked at. */
export type Part = 'path' | 'query' | 'body';

type Issue = z.core.$ZodIssue;

const CALLED: Readonly<Record<Part, string>> = {
  path: 'the part',
  query: 'the parameter',
  body: 'the field',
};
const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};
/** Of names and values that callers send, no more than this is said back. */
const LONGEST = 100;

/** Parses an input; otherwise says what is wrong with it, in one sentence. */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  part: Part,
): { readonly value: z.output<Schema> } | { readonly problem: string } {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return { value: result.data };
  const [issue] = result.error.issues;
  return { problem: issue === undefined ? `the ${part} cannot be read` : problemOf(issue, part) };
}

function problemOf(issue: Issue, part: Part): string {
  const inner = deepest(issue);
  if (inner !== undefined) return problemOf({ ...inner, path: [...issue.path, ...inner.path] }, part);
  const name = issue.path.map(String).join('.').slice(0, LONGEST);
  const subject = name === '' ? `the ${part}` : `${CALLED[part]} ${JSON.stringify(name)}`;
  if (issue.code === 'custom') return `${subject}: ${issue.message}`;
  const expected = expectation(issue);
  return issue.input === undefined
    ? `${subject} is missing; it must be ${expected}`
    : `${subject} must be ${expected}`;
}

/** Of something that may be this or that: what is wrong inside of the one that it nearly is. */
function deepest(issue: Issue): Issue | undefined {
  if (issue.code !== 'invalid_union') return undefined;
  return issue.errors.flat().find(({ path }) => path.length > 0);
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? 'something else';
    case 'invalid_value':
      return oneOf(issue.values.map((value) => JSON.stringify(value)));
    case 'too_big':
      return `${amountOf(issue.origin)} at most ${issue.maximum}`;
    case 'too_small':
      return `${amountOf(issue.origin)} at least ${issue.minimum}`;
    case 'invalid_union':
      return oneOf([...new Set(issue.errors.flat().map(expectation))]);
    case 'invalid_format':
      return FORMATS[issue.format] ?? 'of another form';
    default:
      return 'something else';
  }
}

const FORMATS: Readonly<Record<string, string>> = { safeint: 'a whole number' };

function amountOf(origin: string): string {
  if (origin === 'string') return 'text whose number of characters is';
  return origin === 'array' ? 'a list whose number of items is' : 'a number that is';
}

function oneOf(choices: readonly string[]): string {
  const last = choices.at(-1) ?? 'nothing';
  return choices.length < 2 ? last : `${choices.slice(0, -1).join(', ')} or ${last}`;
}
