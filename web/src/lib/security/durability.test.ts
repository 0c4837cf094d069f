// What is to be done where a database could lose what it acknowledged depends on what it lacks.
import assert from 'node:assert/strict';
import test from 'node:test';
import { durabilityOf } from './durability.ts';

void test('durabilityOf() names what the server has to set, and tells a pooler from it', () => {
  const cases: [readonly string[] | undefined, [string, string, boolean]][] = [
    [undefined, ['unknown', '', false]],
    [[], ['durable', '', false]],
    [
      ['fsync=off', 'full_page_writes=off'],
      ['lacking', 'fsync, full_page_writes', false],
    ],
    [['synchronous_commit=local'], ['lacking', '', true]],
    [
      ['fsync=off', 'synchronous_commit=off'],
      ['lacking', 'fsync', true],
    ],
  ];
  for (const [lacks, [state, settings, drops]] of cases)
    assert.deepEqual(durabilityOf(lacks), { state, settings, drops });
});
