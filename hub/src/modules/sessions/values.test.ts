// The values of a session: which of them is good, and which follows.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { Secret } from '@holdfast/kernel/secret';
import { dealHours, HourRoots } from '@holdfast/platform/hour-keys';
import { Keys } from '@holdfast/platform/keys';
import { digestValue, mintValue } from './model.ts';
import { findGood, followTurn, sealedValue, standingOf, turnFrom, type KeptValue } from './values.ts';

const AT = new Date('2026-11-28T12:00:00Z');
const after = (seconds: number): Date => new Date(AT.getTime() + seconds * 1_000);
const standing = sha256('some');
const valueAt = (number: number, seconds: number): KeptValue => ({
  ...{ number, standing, digest: sha256(`value ${number}`), madeAt: after(seconds), isShown: false },
});
const id = (letter: string): Id => letter.repeat(24) as Id;

void test('standingOf() tells each change of a role, and no order', () => {
  const of = (administrator: boolean, ...roles: [Id, 'read' | 'admin'][]) =>
    standingOf({ administrator, memberships: new Map(roles) });
  const all = [
    of(false),
    of(true),
    of(false, [id('a'), 'read']),
    of(false, [id('a'), 'admin']),
    of(false, [id('a'), 'read'], [id('b'), 'read']),
  ];
  assert.equal(new Set(all).size, all.length);
  assert.equal(of(false, [id('b'), 'read'], [id('a'), 'read']), all[4]);
});

void test('findGood() takes the newest value for good, and one before for a minute', () => {
  const values = [valueAt(2, 100), valueAt(1, 90), valueAt(0, 0)];
  const numberAt = (number: number, seconds: number) =>
    findGood(values, sha256(`value ${number}`), after(seconds))?.number;
  assert.equal(numberAt(2, 1_000_000), 2);
  assert.equal(numberAt(1, 160), 1);
  assert.equal(numberAt(1, 160.001), undefined);
  assert.equal(numberAt(0, 150), 0, 'two that followed one another quickly');
  assert.equal(numberAt(0, 150.001), undefined, 'its own end counts, not that of the next');
  assert.equal(numberAt(3, 100), undefined);
});

void test('turnFrom() asks for another value when the standing is another, and leads who is behind to the newest', () => {
  const all = [valueAt(3, 0), valueAt(2, 0), valueAt(1, 0), valueAt(0, 0)] as const;
  const [newest, , , first] = all;
  assert.equal(turnFrom(newest, all, standing), undefined);
  const other = sha256('other');
  assert.deepEqual(turnFrom(newest, all, other), { from: 3, to: 4, made: { standing: other } });
  assert.deepEqual(turnFrom(first, all, other), { from: 0, to: 3, made: undefined });
  const shown = all.map((value) => ({ ...value, isShown: value.number === 2 }));
  assert.equal(turnFrom(first, shown, other), undefined, 'the browser has a later one');
  assert.deepEqual(turnFrom(all[1], shown, other), { from: 2, to: 3, made: undefined });
  const unknown = { ...first, standing: null };
  assert.deepEqual(turnFrom(unknown, [unknown], standing), { from: 0, to: 1, made: { standing } });
});

void test('followTurn() leads to one value by every way, and to another for each session and each key', () => {
  const keysOf = (byte: number): Keys => {
    const root = new Secret(Buffer.alloc(32, byte));
    return new Keys(root, new HourRoots(dealHours(root, AT.getTime())));
  };
  const [ours, theirs] = [keysOf(1), keysOf(2)];
  const first = mintValue().reveal('to test');
  const follow = (by: Keys, of: { sessionId: Id; from: number; to: number }, from: string) => {
    const { value, digest } = followTurn(by, { ...of, made: undefined }, from);
    const text = value.reveal('to test');
    assert.equal(digestValue(text), digest);
    return text;
  };
  const one = follow(ours, { sessionId: id('a'), from: 0, to: 1 }, first);
  assert.equal(
    follow(ours, { sessionId: id('a'), from: 1, to: 2 }, one),
    follow(ours, { sessionId: id('a'), from: 0, to: 2 }, first),
  );
  const all = [
    ...[first, one, follow(ours, { sessionId: id('b'), from: 0, to: 1 }, first)],
    ...[follow(theirs, { sessionId: id('a'), from: 0, to: 1 }, first)],
    ...[follow(ours, { sessionId: id('a'), from: 1, to: 2 }, first)],
  ];
  assert.equal(new Set(all).size, all.length);
});

void test('sealedValue() holds every field, and whose it is', () => {
  const value = valueAt(1, 1);
  const seals = [
    sealedValue(id('a'), value),
    sealedValue(id('b'), value),
    sealedValue(id('a'), { ...value, number: 2 }),
    sealedValue(id('a'), { ...value, digest: sha256('x') }),
    sealedValue(id('a'), { ...value, standing: sha256('x') }),
    sealedValue(id('a'), { ...value, madeAt: after(2) }),
  ];
  assert.equal(new Set(seals.map((seal) => seal.join('\n'))).size, seals.length);
});
