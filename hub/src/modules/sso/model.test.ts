// Roles of groups, and names that somebody may get.
import assert from 'node:assert/strict';
import test from 'node:test';
import { namesFor, rolesOf, type GroupRole } from './model.ts';

const TABLE: readonly GroupRole[] = [
  { group: 'a', organization: 'x', role: 'write' },
  { group: 'b', organization: 'x', role: 'read' },
  { group: 'b', organization: 'y', role: 'admin' },
];

void test('rolesOf() gives the most that any group gives, whatever the order', () => {
  const [one, other] = [rolesOf(['b', 'a'], TABLE), rolesOf(['a', 'b'], TABLE.toReversed())];
  assert.deepEqual(Object.fromEntries(one), Object.fromEntries(other));
  assert.equal(rolesOf(['a', 'b'], TABLE).get('x'), 'write');
  assert.deepEqual(
    [...rolesOf(['b'], TABLE)],
    [
      ['x', 'read'],
      ['y', 'admin'],
    ],
  );
  assert.deepEqual([...rolesOf(['A', 'c', ''], TABLE)], []);
});

void test('namesFor() begins with the name, then the address, and never gives a path or an element', () => {
  assert.deepEqual(namesFor({ name: 'Ada', email: 'ada.l@example.org' }).slice(0, 2), ['Ada', 'ada.l']);
  assert.equal(namesFor({ name: 'José Núñez', email: null })[0], 'Jose-Nunez');
  for (const name of ['../../etc', '<b>', '', '---', 'a\r\nb', 'x'.repeat(300), '@'])
    for (const made of namesFor({ name, email: null }))
      assert.match(made, /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9])?$/);
  assert.ok(new Set(namesFor({ name: null, email: null })).size > 3);
});
