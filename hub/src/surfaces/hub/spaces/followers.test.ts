// Places for those who follow logs.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { type Actor } from '#modules/access';
import { Followers } from './followers.ts';

const person = (userId: string): Actor => ({ kind: 'user', userId }) as Actor;
const space = (n: number): Id => String(n).padStart(24, '0') as Id;
const isFull = (error: unknown): boolean => isFault(error, 'space.followers-full');

void test('one person has twenty places over all Spaces, and others have theirs', () => {
  const followers = new Followers();
  const places = Array.from({ length: 20 }, (_none, n) => followers.enter(space(n), person('a')));
  assert.throws(() => followers.enter(space(20), person('a')), isFull);
  followers.enter(space(20), person('b'));
  places[0]?.[Symbol.dispose]();
  followers.enter(space(21), person('a'));
  assert.throws(() => followers.enter(space(22), person('a')), isFull);
});

void test('a Space has fifty places, whoever follows', () => {
  const followers = new Followers();
  for (let n = 0; n < 50; n += 1) followers.enter(space(0), person(String(n)));
  assert.throws(() => followers.enter(space(0), person('late')), isFull);
  followers.enter(space(1), person('late'));
});
