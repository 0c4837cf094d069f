// What is deleted while the vault is sealed: its key goes with it at once where nothing is left of the Space, and once the vault is
// opened where something is. Until then a backup and the key could still be put together.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openSuperuserPool } from '../../harness/superuser.ts';
import { BY, id, openTestVault, type TestVault } from '../../harness/vault.ts';
import { entriesOf, startRun } from '../../harness/vault-runs.ts';

const LIMIT = { timeout: 120_000 };
const OPERATOR = { operator: { osUser: 'root', terminal: null, command: 'vault' }, passphrase: null };

interface KeyRow {
  readonly wrapped: string;
  readonly isOwed: boolean;
}

/** The key of a Space as the database has it; `undefined` where there is none. */
async function keyOf({ database }: TestVault, space: string): Promise<KeyRow | undefined> {
  await using behind = openSuperuserPool(database);
  const { rows } = await behind.pool.query<KeyRow>(
    `select encode(wrapped, 'hex') as wrapped, renew_since is not null as "isOwed" from vault.space_key where space = $1`,
    [space],
  );
  return rows[0];
}

async function ask({ operator }: TestVault, type: 'seal' | 'unseal'): Promise<void> {
  const from = operator.frames.length;
  operator.say({ type, ...OPERATOR });
  const answer = await operator.until((frame) => operator.frames.indexOf(frame) >= from);
  assert.ok(
    answer.type === 'status' && (answer.sealed !== null) === (type === 'seal'),
    JSON.stringify(answer),
  );
}

async function tell({ hub }: TestVault, call: number, frame: object): Promise<void> {
  hub.say({ ...frame, id: call, by: BY });
  await hub.until((answer) => answer.type === 'done' && answer.id === call);
}

async function renewalsOf(vault: TestVault): Promise<unknown[]> {
  return (await entriesOf(vault, 'secret.key-renewed')).map(({ body }) => body['space']);
}

void test(
  'a Space gets another key once the vault is open in which something was deleted',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const [space, other] = [id(), id()];
    for (const one of [space, other])
      for (const key of ['GONE', 'KEPT']) await vault.write(one, { key, value: `the value of ${key}` });
    const before = await keyOf(vault, space);
    const untouched = await keyOf(vault, other);
    await ask(vault, 'seal');
    await tell(vault, 901, { type: 'delete', space, name: 'GONE' });
    assert.deepEqual(await keyOf(vault, space), { ...before, isOwed: true });
    await vault.sweep();
    assert.equal(
      (await keyOf(vault, space))?.wrapped,
      before?.wrapped,
      'a vault that is sealed makes no keys',
    );
    await ask(vault, 'unseal');
    await vault.sweep();
    const after = await keyOf(vault, space);
    assert.notEqual(after?.wrapped, before?.wrapped);
    assert.equal(after?.isOwed, false);
    assert.deepEqual(await keyOf(vault, other), untouched);
    await vault.sweep();
    assert.deepEqual(await renewalsOf(vault), [space], 'once');
    assert.deepEqual(await keyOf(vault, space), after);
    assert.deepEqual((await startRun(vault, space)).variables['KEPT'], 'the value of KEPT');
  },
);

void test('what gives the Space another key first leaves nothing owed', LIMIT, async () => {
  await using vault = await openTestVault();
  const space = id();
  for (const key of ['GONE', 'KEPT']) await vault.write(space, { key, value: 'a value' });
  await ask(vault, 'seal');
  await tell(vault, 901, { type: 'delete', space, name: 'GONE' });
  await ask(vault, 'unseal');
  await vault.write(space, { key: 'KEPT', value: 'another value' });
  assert.equal((await keyOf(vault, space))?.isOwed, false);
  await vault.sweep();
  assert.deepEqual(await renewalsOf(vault), []);
});

void test('a Space of which nothing is left has no key, also while the vault is sealed', LIMIT, async () => {
  await using vault = await openTestVault();
  const [one, whole] = [id(), id()];
  await vault.write(one, { key: 'GONE', value: 'a value' });
  for (const key of ['GONE', 'ALSO']) await vault.write(whole, { key, value: 'a value' });
  await ask(vault, 'seal');
  await tell(vault, 901, { type: 'delete', space: one, name: 'GONE' });
  assert.equal(await keyOf(vault, one), undefined);
  await tell(vault, 902, { type: 'forget', space: whole });
  assert.equal(await keyOf(vault, whole), undefined);
  await ask(vault, 'unseal');
  await vault.write(one, { key: 'NEW', value: 'a new value' });
  assert.equal((await startRun(vault, one)).variables['NEW'], 'a new value');
});

void test(
  'a key that does not open keeps no other Space from its own, and writes no line each time',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const spaces = [id(), id()].toSorted();
    for (const space of spaces)
      for (const key of ['GONE', 'KEPT']) await vault.write(space, { key, value: 'a value' });
    await ask(vault, 'seal');
    for (const [at, space] of spaces.entries())
      await tell(vault, 901 + at, { type: 'delete', space, name: 'GONE' });
    await using behind = openSuperuserPool(vault.database);
    await behind.pool.query(`update vault.space_key set wrapped = '\\x00' where space = $1`, [spaces[0]]);
    await ask(vault, 'unseal');
    await vault.sweep();
    assert.deepEqual(await renewalsOf(vault), [spaces[1]]);
    assert.equal((await keyOf(vault, spaces[0] ?? ''))?.isOwed, true);
    assert.ok(vault.lines.some((line) => line.includes('the key of a Space does not open')));
  },
);
