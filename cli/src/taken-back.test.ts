// What is taken back again of an export: what was taken last, and nothing that was given again since.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Entry, TakenBack } from './taken-back.ts';

function takenBy(
  ...entries: readonly (readonly [kind: string, subject: string, body?: object])[]
): TakenBack {
  const taken = new TakenBack();
  for (const [kind, subject, body] of entries)
    taken.add(
      Entry.parse({ at: '2026-11-27T00:00:00.000Z', kind, subject, body: JSON.stringify(body ?? {}) }),
    );
  return taken;
}

void test('TakenBack takes from users what was taken, unless it was given again', () => {
  const taken = takenBy(
    ['account.disabled', 'account:1'],
    ['account.disabled', 'account:2'],
    ['account.enabled', 'account:2'],
    ['account.administrator-set', 'account:3', { administrator: false }],
    ['account.administrator-set', 'account:4', { administrator: false }],
    ['account.administrator-set', 'account:4', { administrator: true }],
    ['account.administrator-set', 'account:5', { administrator: true }],
    ['account.deleted', 'account:6', { type: 'user' }],
    ['account.deleted', 'account:7', { type: 'org' }],
  );
  assert.deepEqual(taken.users, [
    { id: '1', act: 'disable' },
    { id: '6', act: 'disable' },
    { id: '3', act: 'demote' },
  ]);
});

void test('TakenBack ends the sessions of whose sessions ended, and of whose password is another', () => {
  const taken = takenBy(
    ['session.ended', 'session:9', { user: '1' }],
    ['session.renewed', 'session:a', { user: '5' }],
    ['session.rotated', 'session:b', { user: '6' }],
    ['account.password-reset', 'account:2'],
    ['account.signed-out', 'account:3'],
    ['account.created', 'account:4'],
  );
  assert.deepEqual(
    taken.users.map(({ id, act }) => `${id} ${act}`),
    ['1 sign-out', '5 sign-out', '6 sign-out', '2 sign-out', '3 sign-out'],
  );
  assert.deepEqual(
    taken.byHand.map(({ kind }) => kind),
    ['account.password-reset'],
    'the old password opens the account again, whatever ended',
  );
});

void test('TakenBack ends memberships that did not begin again', () => {
  const taken = takenBy(
    ['org.member-removed', 'account:o', { user: '1' }],
    ['org.member-removed', 'account:o', { user: '2' }],
    ['org.member-joined', 'account:o', { user: '2', role: 'read' }],
    ['org.member-set', 'account:p', { user: '1', role: 'read' }],
  );
  assert.deepEqual(taken.members, [{ org: 'o', user: '1' }]);
});

void test('TakenBack signs out, and leaves to people, what came after the backup alone, and takes the rest from all of it', () => {
  const taken = new TakenBack(new Date('2026-11-20T00:00:00Z'));
  const add = (at: string, kind: string, subject: string): void =>
    taken.add(Entry.parse({ at, kind, subject, body: '{}' }));
  for (const kind of ['account.signed-out', 'account.password-reset', 'account.disabled'])
    for (const [id, at] of [
      ['old', '2026-11-19T23:59:59.999Z'],
      ['new', '2026-11-20T00:00:00.000Z'],
    ] as const)
      add(at, kind, `account:${id}`);
  assert.deepEqual(taken.users, [
    { id: 'old', act: 'disable' },
    { id: 'new', act: 'disable' },
    { id: 'new', act: 'sign-out' },
  ]);
  assert.deepEqual(
    taken.byHand.map(({ subject }) => subject),
    ['account:new'],
  );
});

void test('TakenBack names what was given again: whoever gave it may be why there was a restore', () => {
  const taken = takenBy(
    ['account.disabled', 'account:1'],
    ['account.enabled', 'account:1'],
    ['account.enabled', 'account:2'],
    ['account.administrator-set', 'account:3', { administrator: false }],
    ['account.administrator-set', 'account:3', { administrator: true }],
    ['org.member-removed', 'account:o', { user: '1' }],
    ['org.member-joined', 'account:o', { user: '1' }],
  );
  assert.deepEqual(
    taken.byHand.map(({ kind, subject }) => `${kind} ${subject}`),
    ['account.enabled account:1', 'account.administrator-set account:3', 'org.member-joined account:o'],
  );
});

void test('TakenBack takes what it can of an export with bodies that no hub writes', () => {
  const taken = new TakenBack();
  for (const body of ['x', '[]', '', '7'])
    for (const kind of ['repo.liked', 'org.member-removed', 'token.revoked'])
      taken.add(Entry.parse({ at: '2026-11-27T00:00:00.000Z', kind, subject: 'token:5', body }));
  assert.deepEqual([...taken.tokens], ['5']);
  assert.deepEqual([...new Set(taken.byHand.map(({ kind }) => kind))], ['org.member-removed']);
});

void test('TakenBack is not led astray by what an entry does not say', () => {
  const taken = takenBy(
    ['org.member-removed', 'account:o'],
    ['session.ended', 'session:9', { user: 7 }],
    ['token.revoked', 'token:5'],
  );
  assert.deepEqual([taken.users, taken.members, [...taken.tokens]], [[], [], ['5']]);
});

void test('TakenBack ends applications, and what users let them do, but for what the backup has as it was last', () => {
  const since = new Date('2026-11-27T00:00:00.000Z');
  const taken = new TakenBack(since);
  const add = (at: string, kind: string, [subject, application]: readonly [string, string?]): void => {
    const body = JSON.stringify(application === undefined ? {} : { application, scopes: [], orgs: [] });
    taken.add(Entry.parse({ at, kind, subject, body }));
  };
  const [before, after] = ['2026-11-26T00:00:00.000Z', '2026-11-28T00:00:00.000Z'];
  add(before, 'application.authorized', ['account:1', 'a']);
  add(before, 'application.revoked', ['account:2', 'a']);
  add(before, 'application.authorized', ['account:2', 'a']);
  add(before, 'application.authorized', ['account:3', 'a']);
  add(after, 'application.revoked', ['account:3', 'a']);
  // Less than before, perhaps: an entry says what is allowed, and not what the backup has.
  add(before, 'application.authorized', ['account:4', 'a']);
  add(after, 'application.authorized', ['account:4', 'a']);
  add(after, 'application.revoked', ['account:5', 'a']);
  add(after, 'application.authorized', ['account:5', 'a']);
  add(after, 'application.deleted', ['application:b']);
  add(after, 'application.registered', ['application:c']);
  assert.deepEqual(taken.applications, [
    { application: 'a', user: '3' },
    { application: 'a', user: '4' },
    { application: 'a', user: '5' },
    { application: 'b' },
  ]);
});
