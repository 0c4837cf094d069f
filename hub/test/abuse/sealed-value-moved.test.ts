// A hub that was taken over, or whoever recorded what a browser sent, carries a sealed value where it does not belong, or sends it
// once more: the vault opens it for nothing but what it was sealed for, and takes it once.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type SecretWish } from '@holdfast/web/src/lib/seal/secret-wish.ts';
import { formKeyOf, sealedBody } from '../harness/sealed-form.ts';
import { openSuperuserPool } from '../harness/superuser.ts';
import { id, openTestVault } from '../harness/vault.ts';
import { entriesOf, startRun } from '../harness/vault-runs.ts';

const LIMIT = { timeout: 120_000 };
const VALUE = 'a-long-key-of-somebody-0123456789';
const WISH: SecretWish = {
  ...{ key: 'A_KEY', way: 'brokered', hosts: ['api.acme.dev'], place: 'header:x-api-key' },
  ...{ expiresAt: '2999-01-31', overlapSeconds: 60 },
};

/** What the hub says in place of what was typed. */
const MOVED: Readonly<Record<string, object>> = {
  'another name': { key: 'ANOTHER_KEY' },
  'a file, which the app reads': { way: 'file', hosts: undefined, place: undefined },
  'a variable, which the app reads': { way: 'variable', hosts: undefined, place: undefined },
  'the way that fits': { way: undefined },
  'a host of the hub\u2019s own choice': { hosts: ['api.evil.dev'] },
  'one host more': { hosts: ['api.acme.dev', 'api.evil.dev'] },
  'no host': { hosts: undefined },
  'another place': { place: 'header:x-echoed' },
  'a later end': { expiresAt: '2999-12-31' },
  'no end': { expiresAt: undefined },
  'a longer life of the value before': { overlapSeconds: 600_000 },
};

for (const [name, change] of Object.entries(MOVED))
  void test(`a sealed value is not moved to ${name}`, LIMIT, async () => {
    await using vault = await openTestVault();
    const space = id();
    const body = await sealedBody(await formKeyOf(vault, space), WISH, VALUE);
    const answer = await vault.write(space, JSON.stringify({ ...body, ...change }));
    assert.ok(answer.type === 'refused' && answer.why.code === 'not-opened', JSON.stringify(answer));
    assert.match(answer.why.message, /sealed for another Space, name, way or host/);
    assert.equal((await entriesOf(vault, 'secret.set')).length, 0);
    assert.equal((await vault.write(space, body)).type, 'done', 'and opens for what it is for');
  });

void test('a sealed value is not moved to another Space, and opens for no other key', LIMIT, async () => {
  await using vault = await openTestVault();
  await using other = await openTestVault();
  const space = id();
  const key = await formKeyOf(vault, space);
  const body = await sealedBody(key, WISH, VALUE);
  const damaged = Buffer.from(body.sealed, 'base64url');
  damaged.writeUInt8(damaged.readUInt8(damaged.length - 20) ^ 1, damaged.length - 20);
  for (const [where, sent] of [
    [id(), body],
    [space, { ...body, sealed: damaged.toString('base64url') }],
    [space, { ...body, sealed: body.sealed.slice(0, 60) }],
    [space, { ...body, sealed: '' }],
    [space, { ...body, sealedBy: key.id.replace('.', '0.') }],
    [space, { ...body, sealedBy: '1' }],
    [space, { ...body, sealedBy: '__proto__' }],
  ] as const) {
    const answer = await vault.write(where, sent);
    assert.ok(answer.type === 'refused' && answer.why.code === 'not-opened', JSON.stringify([sent, answer]));
  }
  const elsewhere = await other.write(space, body);
  assert.ok(elsewhere.type === 'refused' && elsewhere.why.code === 'not-opened');
});

void test('a value that was replaced does not come back by sending what was sent before', LIMIT, async () => {
  await using vault = await openTestVault();
  const space = id();
  const wish = { key: 'A_KEY' };
  const key = await formKeyOf(vault, space);
  const [old, next] = [
    await sealedBody(key, wish, 'the old value'),
    await sealedBody(key, wish, 'the next value'),
  ];
  for (const body of [old, next]) assert.equal((await vault.write(space, body)).type, 'done');
  for (const again of [
    old,
    next,
    { ...old, sealed: `${old.sealed}=` },
    { ...old, description: 'as if new' },
  ]) {
    const answer = await vault.write(space, again);
    assert.ok(answer.type === 'refused' && answer.why.code === 'taken', JSON.stringify(answer));
  }
  vault.hub.say({
    type: 'delete',
    id: 900,
    space,
    name: 'A_KEY',
    by: { actor: 'a', credential: '', personal: {} },
  });
  await vault.hub.until((frame) => frame.type === 'done' && frame.id === 900);
  const answer = await vault.write(space, next);
  assert.ok(answer.type === 'refused' && answer.why.code === 'taken', 'nor after it was deleted');
});

void test('of the same sealed value sent many times at once one is taken', LIMIT, async () => {
  await using vault = await openTestVault();
  const space = id();
  const body = await sealedBody(await formKeyOf(vault, space), { key: 'A_KEY' }, 'a value');
  const answers = await Promise.all(Array.from({ length: 8 }, async () => await vault.write(space, body)));
  assert.equal(answers.filter(({ type }) => type === 'done').length, 1, JSON.stringify(answers));
  assert.equal((await entriesOf(vault, 'secret.set')).length, 1);
});

void test('what came through the hub is not said to have been sealed in a browser', LIMIT, async () => {
  await using vault = await openTestVault();
  const space = id();
  const body = await sealedBody(await formKeyOf(vault, space), { key: 'A_KEY' }, 'a value');
  const both = await vault.write(space, { ...body, value: 'a value' });
  assert.ok(both.type === 'refused' && /one or the other/.test(both.why.message), JSON.stringify(both));
  await vault.write(space, { key: 'PLAIN', value: 'as it is' });
  assert.equal((await startRun(vault, space)).variables['PLAIN'], 'as it is');
  // Nor by who rules the database: it is bound to the ciphertext.
  await using behind = openSuperuserPool(vault.database);
  await behind.pool.query(`update vault.version set sealed_in = 'browser'`);
  assert.equal((await startRun(vault, space)).answer.type, 'refused');
});
