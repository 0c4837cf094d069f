// What is left of a request when somebody comes back to it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { askedAfterProof, askedIn } from './asked.ts';

void test('askedIn() drops the action of a form, and nothing else', () => {
  assert.equal(askedIn(new URLSearchParams('/allow=&state=a%26b&x=')).toString(), 'state=a%26b&x=');
});

void test('askedAfterProof() asks for no second proof', () => {
  const after = (query: string): string => askedAfterProof(new URLSearchParams(query)).toString();
  assert.equal(after('prompt=login&state=s'), 'state=s');
  assert.equal(after('prompt=login+consent&max_age=0'), 'prompt=consent&max_age=60');
  assert.equal(after('max_age=900'), 'max_age=900');
});
