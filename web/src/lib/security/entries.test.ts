// What was asked for of the ledger, and how an entry is shown.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type PageCall } from '@holdfast/hub/surfaces/web/pages';
import { bodyOf, filterOf, momentOf, shortened } from './entries.ts';

const ID = '0123456789abcdef01234567';
const [overseer, stranger] = [{ kind: 'user' }, { kind: 'anonymous' }] as unknown as [
  PageCall['actor'],
  PageCall['actor'],
];
const hub = {
  centre: {
    everybody: {
      namesOf: (actor: unknown) =>
        actor === overseer ? Promise.resolve(new Map()) : Promise.reject(new Error('no')),
    },
  },
  identity: { findByName: (name: string) => Promise.resolve(name === 'alice' ? { id: ID } : undefined) },
} as unknown as PageCall['hub'];

async function ask(query: Record<string, string>): Promise<unknown> {
  const filter = await filterOf({ hub, actor: overseer }, new URLSearchParams(query));
  return typeof filter === 'string' ? filter : JSON.parse(JSON.stringify(filter));
}

void test('filterOf() takes users by name, tokens by id, and moments in UTC', async () => {
  assert.deepEqual(await ask({ actor: 'alice', token: ID, since: '2026-11-25T12:00' }), {
    actor: `user:${ID}`,
    credential: `token:${ID}`,
    since: '2026-11-25T12:00:00.000Z',
  });
  assert.deepEqual(await ask({ actor: 'operator', token: 'session:1', kind: 'token.' }), {
    actor: 'operator',
    credential: 'session:1',
    kind: 'token.',
  });
  assert.equal(await ask({ actor: 'nobody' }), 'unknown');
});

void test('filterOf() looks no name up for who may not see the ledger', async () => {
  for (const actor of ['alice', 'nobody'])
    await assert.rejects(filterOf({ hub, actor: stranger }, new URLSearchParams({ actor })), /no/);
});

void test('momentOf() takes what a field writes, and nothing else', () => {
  assert.equal(momentOf('2026-02-31T25:00'), undefined);
  assert.equal(momentOf('yesterday'), undefined);
  assert.equal(momentOf(undefined), undefined);
});

void test('shortened() and bodyOf() leave an entry readable', () => {
  assert.equal(shortened(`repo:${ID}`), 'repo:01234567…4567');
  assert.equal(shortened('system:notary'), 'system:notary');
  assert.equal(bodyOf('{"a":1}'), '{\n  "a": 1\n}');
});
