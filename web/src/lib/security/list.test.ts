// What was asked for of a list, and where it goes on.
import assert from 'node:assert/strict';
import test from 'node:test';
import { actOn, afterOf, choiceOf, pagerOf, textOf, withQuery } from './list.ts';

const ID = '0123456789abcdef01234567';

void test('choiceOf(), textOf() and afterOf() take what they know, and nothing else', () => {
  const query = new URLSearchParams({ only: 'live', other: 'all', user: '  alice ', after: ID, none: ' ' });
  assert.equal(choiceOf(query, 'only', ['live', 'ended']), 'live');
  assert.equal(choiceOf(query, 'other', ['live', 'ended']), undefined);
  assert.equal(textOf(query, 'user'), 'alice');
  assert.equal(textOf(query, 'none'), undefined);
  assert.equal(textOf(query, 'absent'), undefined);
  assert.equal(afterOf(query), ID);
  assert.equal(afterOf(new URLSearchParams({ after: `${ID}' or 1=1` })), undefined);
});

void test('pagerOf() keeps what narrows a list, and takes away what an act added', () => {
  const url = new URL(`http://hub/security/tokens?/revoke&only=live&owner=&after=${ID}`);
  assert.deepEqual(pagerOf(url, 'f'.repeat(24)), {
    first: '/security/tokens?only=live',
    next: `/security/tokens?only=live&after=${'f'.repeat(24)}`,
  });
  assert.deepEqual(pagerOf(new URL('http://hub/security/tokens'), undefined), {
    first: undefined,
    next: undefined,
  });
  assert.equal(withQuery(url, { only: undefined, after: undefined }), '/security/tokens');
});

void test('actOn() sends a form of a list to the same list', () => {
  assert.equal(actOn('/security/tokens', 'revoke'), '?/revoke');
  assert.equal(actOn('/security/tokens?only=live&owner=a', 'revoke'), '?/revoke&only=live&owner=a');
});
