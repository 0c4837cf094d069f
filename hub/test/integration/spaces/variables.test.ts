// Variables: kept, copied, bounded, seen by who may read, and never with a token in them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';

const SPACE = { type: 'space', visibility: 'public', sdk: 'static' } as const;
type Variables = Record<string, { value: string; description: string | null }>;
type Answer = Variables & { error?: string };

function clientOf(hub: ServedHub, token: string) {
  return async (method: string, path: string, body?: object): Promise<{ status: number; answer: Answer }> => {
    const answer = await fetch(`${hub.url}/api/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status: answer.status, answer: (await answer.json()) as Answer };
  };
}

const valuesOf = (answer: Answer): Record<string, string> =>
  Object.fromEntries(Object.entries(answer as Variables).map(([name, { value }]) => [name, value]));

void test('variables are set, changed, deleted and listed; strangers read those of a public Space and change none', async () => {
  await using hub = await openServedHub();
  const ann = clientOf(hub, await hub.addUser('ann'));
  const bob = clientOf(hub, await hub.addUser('bob'));
  await hub.addRepo('ann/demo', SPACE);
  const path = 'spaces/ann/demo/variables';
  await ann('POST', path, { key: 'MODEL', value: 'a/b', description: 'which' });
  await ann('POST', path, { key: 'MODEL', value: 'a/c' });
  const { answer } = await ann('POST', path, { key: 'EMPTY', value: '' });
  assert.deepEqual(valuesOf(answer), { EMPTY: '', MODEL: 'a/c' });
  assert.equal(answer['MODEL']?.description, null);
  assert.deepEqual(valuesOf((await bob('GET', path)).answer), { EMPTY: '', MODEL: 'a/c' });
  assert.equal((await bob('POST', path, { key: 'X', value: '1' })).status, 403);
  assert.equal((await bob('DELETE', path, { key: 'MODEL' })).status, 403);
  assert.deepEqual(valuesOf((await ann('DELETE', path, { key: 'MODEL' })).answer), { EMPTY: '' });
  assert.equal((await ann('DELETE', path, { key: 'MODEL' })).status, 200);
});

void test('a private Space is no Space to others', async () => {
  await using hub = await openServedHub();
  await hub.addUser('ann');
  const bob = clientOf(hub, await hub.addUser('bob'));
  await hub.addRepo('ann/quiet', { ...SPACE, visibility: 'private' });
  for (const what of ['variables', 'runtime', 'host'])
    assert.deepEqual(
      await bob('GET', `spaces/ann/quiet/${what}`),
      await bob('GET', `spaces/ann/missing/${what}`),
    );
  for (const what of ['variables', 'pause', 'restart', 'secrets', 'hardware'])
    assert.deepEqual(
      await bob('POST', `spaces/ann/quiet/${what}`, { key: 'A', value: 'a' }),
      await bob('POST', `spaces/ann/missing/${what}`, { key: 'A', value: 'a' }),
    );
});

void test('what cannot be kept is refused in words, and changes nothing', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ann');
  const ann = clientOf(hub, token);
  await hub.addRepo('ann/demo', SPACE);
  const path = 'spaces/ann/demo/variables';
  const refused: readonly (readonly [object, RegExp])[] = [
    [{ key: 'LD_PRELOAD', value: 'x' }, /"LD_PRELOAD" cannot be kept: the loader would/],
    [{ key: '1A', value: 'x' }, /begins with no digit/],
    [{ key: 'A', value: 'x'.repeat(32_769) }, /32768 bytes/],
    [{ key: 'A' }, /value/],
    [{ key: 'A', value: token }, /token/],
    [{ key: 'A', value: 'a', description: Buffer.from(`see ${token}`).toString('base64') }, /token/],
  ];
  for (const [body, says] of refused) {
    const { status, answer } = await ann('POST', path, body);
    assert.equal(status, 400, JSON.stringify(answer));
    assert.match(answer.error ?? '', says);
    assert.ok(!JSON.stringify(answer).includes(token));
  }
  assert.deepEqual((await ann('GET', path)).answer, {});
});

void test('a hundred variables fit, and no more; the same name may be set again', async () => {
  await using hub = await openServedHub();
  const ann = clientOf(hub, await hub.addUser('ann'));
  await hub.addRepo('ann/demo', SPACE);
  const path = 'spaces/ann/demo/variables';
  for (let n = 0; n < 100; n += 1)
    assert.equal((await ann('POST', path, { key: `A${n}`, value: 'x' })).status, 200);
  const { status, answer } = await ann('POST', path, { key: 'ONE_MORE', value: 'x' });
  assert.equal(status, 400);
  assert.match(answer.error ?? '', /100 variables at most/);
  assert.equal((await ann('POST', path, { key: 'A7', value: 'y' })).status, 200);
});

void test('a Space is made with variables, and a copy has them and its own', async () => {
  await using hub = await openServedHub();
  const ann = clientOf(hub, await hub.addUser('ann'));
  const made = {
    type: 'space',
    sdk: 'static',
    name: 'demo',
    variables: [
      { key: 'A', value: '1' },
      { key: 'B', value: '2' },
    ],
  };
  assert.equal((await ann('POST', 'repos/create', made)).status, 200);
  const wish = { repository: 'ann/copy', variables: [{ key: 'B', value: '3' }] };
  assert.equal((await ann('POST', 'spaces/ann/demo/duplicate', wish)).status, 200);
  assert.deepEqual(valuesOf((await ann('GET', 'spaces/ann/copy/variables')).answer), { A: '1', B: '3' });
  assert.deepEqual(valuesOf((await ann('GET', 'spaces/ann/demo/variables')).answer), { A: '1', B: '2' });
  const bad = { type: 'space', sdk: 'static', name: 'bad', variables: [{ key: '-', value: '1' }] };
  assert.equal((await ann('POST', 'repos/create', bad)).status, 400);
  assert.equal((await ann('GET', 'spaces/ann/bad')).status, 404);
  const model = await ann('POST', 'repos/create', { ...made, type: 'model', name: 'm' });
  assert.match(model.answer.error ?? '', /variables of anything but Spaces/);
});

void test('no entry of the ledger holds a value', async () => {
  await using hub = await openServedHub();
  const ann = clientOf(hub, await hub.addUser('ann'));
  await hub.addRepo('ann/demo', SPACE);
  await ann('POST', 'spaces/ann/demo/variables', {
    key: 'NAME_SHOWN',
    value: 'value-hidden',
    description: 'also-hidden',
  });
  await using superuser = openSuperuserPool(hub.database);
  const { rows } = await superuser.pool.query<{ body: string; kind: string }>(
    `select kind, body::text from ledger.entry where kind like 'space.%'`,
  );
  assert.deepEqual(
    rows.map(({ kind }) => kind),
    ['space.variable-set'],
  );
  assert.match(rows[0]?.body ?? '', /NAME_SHOWN/);
  assert.doesNotMatch(rows[0]?.body ?? '', /hidden/);
});
