// What an export says became of names and repositories, and what of it is done again after a restore.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Entry } from './taken-back.ts';
import { TakenNames } from './taken-names.ts';

const BACKUP = '2026-11-20T00:00:00.000Z';
type Told = readonly [kind: string, subject: string, body: unknown, at?: string];

function namesOf(told: readonly Told[], since: string | undefined = BACKUP): TakenNames {
  const names = new Map(told.map(([kind, subject]) => [`${kind} ${subject}`, `acme/${subject.slice(-1)}`]));
  const taken = new TakenNames({ since: since === '' ? undefined : new Date(since), names });
  for (const [kind, subject, body, at = BACKUP] of told)
    taken.add(
      Entry.parse({ ...{ at, kind, subject, hash: `${kind} ${subject}` }, body: JSON.stringify(body) }),
    );
  return taken;
}

void test('TakenNames takes every deletion, and names from the backup on alone', () => {
  const told: Told[] = [
    ['account.created', 'account:1', { type: 'user' }, '2026-11-19T23:59:59.999Z'],
    ['account.deleted', 'account:2', { type: 'org' }, '2026-11-01T00:00:00.000Z'],
    ['repo.deleted', 'repo:3', {}, '2026-11-01T00:00:00.000Z'],
    ['org.created', 'account:4', { type: 'org' }],
    ['account.renamed', 'account:5', { type: 'user' }],
    ['token.revoked', 'token:6', {}],
  ];
  const deletions = [
    { act: 'deleted', id: '2', kind: 'org' },
    { act: 'repo-deleted', id: '3' },
  ];
  assert.deepEqual(namesOf(told).acts, [
    ...deletions,
    { act: 'account-created', id: '4', kind: 'org', name: 'acme/4' },
    { act: 'renamed', id: '5', kind: 'user', name: 'acme/5' },
  ]);
  assert.deepEqual(namesOf(told, '').acts, deletions, 'without a time nothing is named anew');
});

void test('TakenNames moves a repository to where it went, under its name where that is known', () => {
  const body = { namespace: 'b', from: 'a' };
  const entry = { at: BACKUP, kind: 'repo.moved', subject: 'repo:1' };
  assert.deepEqual(namesOf([['repo.moved', 'repo:1', body]]).acts, [
    { act: 'repo-moved', id: '1', namespace: 'b', name: '1' },
  ]);
  const unnamed = new TakenNames({ since: new Date(BACKUP), names: new Map() });
  unnamed.add(Entry.parse({ ...entry, hash: 'h', body: JSON.stringify(body) }));
  unnamed.add(Entry.parse({ ...entry, hash: 'h', body: JSON.stringify({ namespace: 'b', from: 'b' }) }));
  assert.deepEqual(unnamed.acts, [{ act: 'repo-moved', id: '1', namespace: 'b', name: undefined }]);
  assert.deepEqual(unnamed.unnamed, [entry, entry], 'both are for people');
});

void test('TakenNames leaves out what the operator says, and names it', () => {
  const told: Told[] = [
    ['repo.deleted', 'repo:1', {}, '2026-11-21T00:00:00.000Z'],
    ['repo.deleted', 'repo:2', {}, '2026-11-21T00:00:00.000Z'],
    ['account.deleted', 'account:3', { type: 'org' }, '2026-11-22T00:00:00.000Z'],
    ['org.created', 'account:4', { type: 'org' }, '2026-11-22T00:00:00.000Z'],
  ];
  const without = { until: new Date('2026-11-22T00:00:00.000Z'), ids: new Set(['2']) };
  const taken = new TakenNames({ since: new Date(BACKUP), names: new Map(), without });
  for (const [kind, subject, body, at = BACKUP] of told)
    taken.add(Entry.parse({ at, kind, subject, body: JSON.stringify(body) }));
  assert.deepEqual(taken.acts, [{ act: 'repo-deleted', id: '1' }]);
  const subjects = taken.leftOut.map(({ subject }) => subject);
  assert.deepEqual([subjects, taken.unnamed], [['repo:2', 'account:3', 'account:4'], []]);
});

void test('TakenNames names who was renamed where nobody says when the backup was made', () => {
  const { acts, unnamed } = namesOf([['account.renamed', 'account:5', { type: 'user' }]], '');
  assert.deepEqual([acts, unnamed.map(({ subject }) => subject)], [[], ['account:5']]);
});

void test('TakenNames is not led astray by bodies that no hub writes', () => {
  const taken = new TakenNames({ since: new Date(BACKUP), names: new Map() });
  for (const body of ['x', '', '7', '{"type":9}'])
    taken.add(Entry.parse({ at: BACKUP, kind: 'account.deleted', subject: 'account:1', body }));
  assert.deepEqual([taken.acts, taken.unnamed], [[], []]);
});
