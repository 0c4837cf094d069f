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
    ['account.password-reset', 'account:2'],
    ['account.signed-out', 'account:3'],
    ['account.created', 'account:4'],
  );
  assert.deepEqual(
    taken.users.map(({ id, act }) => `${id} ${act}`),
    ['1 sign-out', '2 sign-out', '3 sign-out'],
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

void test('TakenBack is not led astray by what an entry does not say', () => {
  const taken = takenBy(
    ['org.member-removed', 'account:o'],
    ['session.ended', 'session:9', { user: 7 }],
    ['token.revoked', 'token:5'],
  );
  assert.deepEqual([taken.users, taken.members, [...taken.tokens]], [[], [], ['5']]);
});
