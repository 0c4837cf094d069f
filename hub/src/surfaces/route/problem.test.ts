// What people read who sent something wrong: what is wrong, and what is expected.
import assert from 'node:assert/strict';
import test from 'node:test';
import { z } from 'zod';
import { Flag, pageSize, TextList } from '../hub/query.ts';
import { parseInput } from './problem.ts';

function problem(schema: z.ZodType, value: unknown, part: 'query' | 'body' = 'body'): string {
  const parsed = parseInput(schema, value, part);
  return 'problem' in parsed ? parsed.problem : 'none';
}

void test('parseInput() gives what the schema makes of the input', () => {
  assert.deepEqual(parseInput(z.object({ n: z.coerce.number() }), { n: '1' }, 'query'), { value: { n: 1 } });
});

void test('parseInput() says what is wrong and what is expected', () => {
  const limit = z.object({ limit: pageSize(10, 5) });
  assert.equal(problem(limit, { limit: 'abc' }, 'query'), 'the parameter "limit" must be a number');
  assert.equal(problem(limit, { limit: '1.5' }, 'query'), 'the parameter "limit" must be a whole number');
  assert.equal(
    problem(limit, { limit: '0' }, 'query'),
    'the parameter "limit" must be a number that is at least 1',
  );
  const flag = z.object({ recursive: Flag });
  assert.match(
    problem(flag, { recursive: 'maybe' }, 'query'),
    /^the parameter "recursive" must be .*"true", "false".* or ""$/,
  );
  const files = z.object({ files: z.array(z.object({ path: z.string().max(3) })).max(1) });
  assert.equal(problem(files, {}), 'the field "files" is missing; it must be a list');
  assert.equal(problem(files, { files: [{}] }), 'the field "files.0.path" is missing; it must be text');
  assert.equal(
    problem(files, { files: [{ path: 'long' }] }),
    'the field "files.0.path" must be text whose number of characters is at most 3',
  );
  const two = [{ path: 'a' }, { path: 'b' }];
  assert.equal(
    problem(files, { files: two }),
    'the field "files" must be a list whose number of items is at most 1',
  );
  assert.equal(problem(files, []), 'the body must be an object');
  const gated = z.object({ gated: z.union([z.literal(false), z.enum(['auto', 'manual'])]) });
  assert.equal(problem(gated, { gated: 'x' }), 'the field "gated" must be false or "auto" or "manual"');
  const paths = z.object({ paths: z.union([z.string(), z.array(z.string())]) });
  assert.equal(problem(paths, { paths: 1 }), 'the field "paths" must be text or a list');
  assert.equal(problem(paths, { paths: [1] }), 'the field "paths.0" must be text');
  const custom = z.object({ oid: z.string().refine(() => false, 'it needs 64 hex digits') });
  assert.equal(problem(custom, { oid: 'x' }), 'the field "oid": it needs 64 hex digits');
});

void test('parseInput() never lets the words of the library out', () => {
  const odd = z.object({
    tags: TextList.optional(),
    when: z.iso.datetime().optional(),
    name: z.string().regex(/^a$/).optional(),
    one: z.record(z.string().max(1), z.int()).optional(),
    two: z.strictObject({}).optional(),
  });
  const inputs = [
    { tags: 1 },
    { when: 'x' },
    { name: 'b' },
    { one: { long: 1 } },
    { one: { a: 1.5 } },
    { two: { x: 1 } },
  ];
  for (const input of inputs) {
    const said = problem(odd, input);
    assert.notEqual(said, 'none');
    assert.doesNotMatch(said, /received|Invalid|expected|pattern|undefined/, said);
  }
});
