// Which entity tags match.
import assert from 'node:assert/strict';
import test from 'node:test';
import { allowsRange, matchesEtag, strongEtag } from './etag.ts';

void test('strongEtag() quotes', () => {
  assert.equal(strongEtag('abc'), '"abc"');
});

void test('matchesEtag() compares weakly and reads lists', () => {
  for (const header of ['"a"', 'W/"a"', '"b", W/"a"', ' "b" ,"a" ', '*', ' * ']) {
    assert.equal(matchesEtag(header, '"a"'), true, header);
  }
  assert.equal(matchesEtag('"a"', 'W/"a"'), true);
});

void test('matchesEtag() finds nothing in what is absent, other or malformed', () => {
  for (const header of [undefined, '', '"b"', 'a', '"a', '"ab"', 'w/"a"', 'x "a"', '"*"']) {
    assert.equal(matchesEtag(header, '"a"'), false, String(header));
  }
});

void test('matchesEtag() does not remember where the last call stopped', () => {
  assert.equal(matchesEtag('"x", "a"', '"a"'), true);
  assert.equal(matchesEtag('"x", "a"', '"a"'), true);
});

void test('allowsRange() wants exactly one strong entity tag', () => {
  assert.equal(allowsRange(undefined, '"a"'), true);
  assert.equal(allowsRange('"a"', '"a"'), true);
  for (const header of ['W/"a"', '"b"', '"a", "b"', 'Wed, 21 Oct 2015 07:28:00 GMT', '*', '']) {
    assert.equal(allowsRange(header, '"a"'), false, header);
  }
  assert.equal(allowsRange('"a"', 'W/"a"'), false);
});
