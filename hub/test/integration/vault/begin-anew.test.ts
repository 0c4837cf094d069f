// A root key that is lost for good is given up: refused while it is there, with all that is lost on the ledger; then Spaces wait until
// what they lost is set anew or deleted, and a lost key that turns up again opens nothing.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { copyFile, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Secret } from '@holdfast/kernel/secret';
import { openPool } from '@holdfast/platform/postgres/database';
import { openTestDatabase } from '../../harness/database.ts';
import { forgeEntry } from '../../harness/forged-entry.ts';
import { startInstance, type Instance } from '../../harness/instance.ts';
import { openTestNotary } from '../../harness/notary.ts';
import { openScratch } from '../../harness/scratch.ts';
import { withPool } from '../../harness/shared-server.ts';
import { BY, id, openTestVault, type TestVault } from '../../harness/vault.ts';
import { VaultProcess } from '../../harness/vault-process.ts';
import { entriesOf, startRun } from '../../harness/vault-runs.ts';

const LIMIT = { timeout: 300_000 };
const OPERATOR = { operator: { osUser: 'root', terminal: null, command: 'vault' }, passphrase: null };

/** What the operator is answered. */
async function ask(vault: TestVault, type: string) {
  const { operator } = vault;
  const from = operator.frames.length;
  operator.say({ type, ...OPERATOR });
  return await operator.until((frame) => operator.frames.indexOf(frame) >= from);
}

/** The vault as it is when its root key is gone from memory and disk; the file lies beside. */
async function lose(vault: TestVault): Promise<string> {
  const file = path.join(vault.folder, 'root.key');
  const away = path.join(vault.folder, 'away.key');
  await rename(file, away);
  const sealed = await ask(vault, 'seal');
  assert.ok(sealed.type === 'status');
  assert.equal((await ask(vault, 'unseal')).type, 'refused');
  return away;
}

void test('a root key that is there is not given up', LIMIT, async () => {
  await using vault = await openTestVault();
  const space = id();
  await vault.write(space, { key: 'A', value: 'a value' });
  for (const type of ['losses', 'begin-anew']) {
    const open = await ask(vault, type);
    assert.match(open.type === 'refused' ? open.message : '', /is there, so nothing is lost/, type);
  }
  await ask(vault, 'seal');
  const sealed = await ask(vault, 'begin-anew');
  assert.match(sealed.type === 'refused' ? sealed.message : '', /is there/);
  // Put back before the operator's word came.
  const away = await lose(vault);
  await copyFile(away, path.join(vault.folder, 'root.key'));
  assert.equal((await ask(vault, 'begin-anew')).type, 'refused');
  assert.equal((await ask(vault, 'unseal')).type, 'status');
  assert.equal((await startRun(vault, space)).variables['A'], 'a value');
});

void test('a root key whose file alone is gone is in memory still, and is written again', LIMIT, async () => {
  await using vault = await openTestVault();
  const space = id();
  await vault.write(space, { key: 'A', value: 'a value' });
  await rm(path.join(vault.folder, 'root.key'));
  const refused = async (type: string) => {
    const answer = await ask(vault, type);
    assert.match(answer.type === 'refused' ? answer.message : '', /in memory: .*vault rotate/, type);
  };
  await refused('begin-anew');
  assert.equal((await ask(vault, 'unseal')).type, 'status', 'what is open stays open');
  await refused('losses');
  assert.equal((await startRun(vault, space)).variables['A'], 'a value');
  assert.equal((await ask(vault, 'rotate')).type, 'status');
  await ask(vault, 'seal');
  assert.equal((await ask(vault, 'unseal')).type, 'status');
  assert.equal((await startRun(vault, space)).variables['A'], 'a value');
});

void test('nothing is given up while the vault of another hub may have the key', LIMIT, async () => {
  await using vault = await openTestVault();
  await vault.write(id(), { key: 'A', value: 'a value' });
  await lose(vault);
  const { superuser } = vault.database;
  const own = openPool(superuser, { connections: 1, applicationName: 'test', onError: () => undefined });
  const role = `holdfast_vault_${id()}`;
  const password = randomBytes(12).toString('hex');
  await own.query(`create role ${role} login in role holdfast_vault password '${password}'`);
  const other = openPool(
    { ...superuser, user: role, password: new Secret(password) },
    { connections: 1, applicationName: 'vault', onError: () => undefined },
  );
  await other.query('select 1');
  const answer = await ask(vault, 'begin-anew');
  assert.match(answer.type === 'refused' ? answer.message : '', /another vault/);
  await other.end();
  for (const giveUp = Date.now() + 30_000; ; await delay(50)) {
    const { type } = await ask(vault, 'losses');
    if (type === 'losses') break;
    assert.ok(Date.now() < giveUp, 'the other one is gone');
  }
  assert.equal((await ask(vault, 'begin-anew')).type, 'status');
  await own.query(`drop role ${role}`);
  await own.end();
});

void test(
  'a Space waits for what it lost by name, and starts once each is set anew or deleted',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const [space, other, none] = [id(), id(), id()];
    for (const [where, key] of [
      [space, 'A'],
      [space, 'B'],
      [other, 'C'],
    ] as const)
      await vault.write(where, { key, value: `of ${key}` });
    const away = await lose(vault);
    const losses = await ask(vault, 'losses');
    assert.ok(losses.type === 'losses');
    const expected = [
      { space, secrets: ['A', 'B'] },
      { space: other, secrets: ['C'] },
    ].toSorted((one, two) => (one.space < two.space ? -1 : 1));
    assert.deepEqual([losses.spaces, losses.seeds], [expected, []]);
    const begun = await ask(vault, 'begin-anew');
    assert.ok(
      begun.type === 'status' && begun.sealed === null && begun.kept?.secrets === 0,
      JSON.stringify(begun),
    );
    assert.deepEqual(
      (await entriesOf(vault, 'secret.lost'))
        .map(({ body }) => body['name'])
        .toSorted((a, b) => String(a).localeCompare(String(b))),
      ['A', 'B', 'C'],
    );
    const [entry] = await entriesOf(vault, 'secret.begun-anew');
    assert.deepEqual([entry?.subject, entry?.body['secrets']], ['vault:root', 3]);
    const whyNot = async () => {
      const { answer } = await startRun(vault, space);
      return answer.type === 'refused' ? [answer.why, answer.retry] : [answer.type];
    };
    const waits = (names: string) => [
      `Lost with the root key of the vault: ${names}. Set ${names.includes(',') ? 'each' : 'it'} anew, or delete it; the app starts then.`,
      true,
    ];
    assert.deepEqual(await whyNot(), waits('A, B'));
    assert.equal((await startRun(vault, none)).answer.type, 'released', 'who had none waits for nothing');
    assert.equal((await vault.write(space, { key: 'A', value: 'another' })).type, 'done');
    assert.deepEqual(await whyNot(), waits('B'));
    vault.hub.say({ type: 'delete', id: 900, space, name: 'B', by: BY });
    await vault.hub.until((frame) => frame.type === 'done' && frame.id === 900);
    assert.deepEqual((await startRun(vault, space)).variables, { A: 'another' });
    vault.hub.say({ type: 'forget', id: 901, space: other, by: BY });
    await vault.hub.until((frame) => frame.type === 'done' && frame.id === 901);
    const deleted = (await entriesOf(vault, 'secret.deleted')).map(({ body }) => [
      body['name'],
      body['with'],
    ]);
    assert.deepEqual(new Set(deleted.map(String)), new Set(['B,', 'C,space']));
    assert.equal(deleted.length, 2);
    // The key from before opens nothing of what is kept now, and nothing of what was is kept.
    await vault.notary.stop();
    await copyFile(away, path.join(vault.folder, 'root.key'));
    await using again = await openTestVault({ database: vault.database, folder: vault.folder });
    assert.equal((await startRun(again, space)).answer.type, 'refused');
  },
);

void test(
  'runs that live when a key is given up are granted nothing more, and nobody is taken for a forger',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const space = id();
    await vault.write(space, { key: 'A', value: 'a value' });
    await vault.write(space, {
      key: 'OPENAI_API_KEY',
      value: `sk-proj-${'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9'.repeat(3)}`,
    });
    const [goesOn, ends, forged] = [
      await startRun(vault, space),
      await startRun(vault, space),
      await startRun(vault, space),
    ];
    await lose(vault);
    assert.equal((await ask(vault, 'begin-anew')).type, 'status');
    const untagged = (await entriesOf(vault, 'secret.run-untagged')).flatMap(({ body }) => body['runs']);
    assert.deepEqual(new Set(untagged), new Set([goesOn.run, ends.run, forged.run]));
    // As after another start of the vault.
    const from = vault.runner.frames.length;
    vault.runner.say({ type: 'hello', runs: [goesOn.run, forged.run] });
    await untilEntries(vault, 'secret.ended', 2);
    assert.ok(
      !vault.runner.frames.slice(from).some(({ type }) => type === 'door'),
      'no door was granted anything',
    );
    vault.runner.say({ type: 'ended', run: goesOn.run });
    await untilEntries(vault, 'secret.ended', 4);
    assert.equal((await entriesOf(vault, 'secret.run-forged')).length, 0);
    // Who writes the database takes the tag of a run that began since.
    const other = id();
    await vault.write(other, { key: 'C', value: 'another' });
    const { run } = await startRun(vault, other);
    await withPool(vault.database.superuser, async (pool) => {
      await pool.query(`update vault.run set tag = null, tag_generation = null where run = $1`, [run]);
    });
    // And says for the vault that it did, as somebody who is none.
    await forgeEntry(vault.database.superuser, {
      ...{ kind: 'secret.run-untagged', subject: 'vault:root', actor: 'operator' },
      body: JSON.stringify({ runs: [run], instance: 'test' }),
    });
    vault.runner.say({ type: 'ended', run });
    await untilEntries(vault, 'secret.run-forged', 1);
    assert.equal((await entriesOf(vault, 'secret.run-forged'))[0]?.body['run'], run);
  },
);

void test(
  'a vault that was killed before the new key was written makes one at its next start',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using scratch = await openScratch('begin-anew');
    const folder = scratch.path;
    await using notary = await openTestNotary(database.notary, { folder: path.join(folder, 'notary') });
    const site = { database, folder, signer: notary.signer };
    const space = id();
    {
      await using vault = await VaultProcess.start(site);
      assert.equal((await vault.answer(vault.write(space, { key: 'A', value: 'a value' }))).type, 'done');
    }
    await rm(path.join(folder, 'root.key'));
    {
      await using vault = await VaultProcess.start(site);
      assert.match(vault.state.sealed ?? '', /vault begin-anew/);
      vault.say('operator', { type: 'begin-anew', ...OPERATOR });
      assert.equal((await vault.until((frame) => frame.type === 'status')).type, 'status');
    }
    await rm(path.join(folder, 'root.key'));
    await using vault = await VaultProcess.start(site);
    assert.equal(vault.state.sealed, null);
    assert.equal((await vault.answer(vault.write(space, { key: 'A', value: 'another' }))).type, 'done');
  },
);

async function untilEntries(vault: TestVault, kind: string, count: number): Promise<void> {
  for (const giveUp = Date.now() + 30_000; (await entriesOf(vault, kind)).length < count; await delay(25))
    assert.ok(Date.now() < giveUp, `${count} of ${kind}`);
}

async function call(instance: Instance, [method, where, token]: readonly string[], body?: object) {
  const answer = await fetch(`${instance.url}/api/${where}`, {
    method: method ?? 'GET',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
}

void test(
  'an operator gives up the lost key of an instance, and is told by name what goes with it',
  LIMIT,
  async () => {
    await using scratch = await openScratch('begin-anew');
    let token = '';
    let file = '';
    {
      await using instance = await startInstance({ folder: scratch.path });
      token = await instance.createToken({ user: 'admin', role: 'write' });
      const wish = { type: 'space', name: 'keeper', sdk: 'gradio', private: false };
      assert.equal((await call(instance, ['POST', 'repos/create', token], wish)).status, 200);
      const set = { key: 'A_KEY', value: 'a value that is lost' };
      assert.equal((await call(instance, ['POST', 'spaces/admin/keeper/secrets', token], set)).status, 200);
      const refused = await instance.command('vault', 'begin-anew', '--yes');
      assert.notEqual(refused.status, 0);
      assert.match(refused.stderr, /is there, so nothing is lost/);
      file = path.join(`${instance.data}.keys`, 'vault', 'root.key');
    }
    const before = await readFile(file, 'utf8');
    await rm(file);
    await using instance = await startInstance({ folder: scratch.path });
    const unasked = await instance.command('vault', 'begin-anew');
    assert.notEqual(unasked.status, 0);
    assert.match(unasked.stdout, /admin\/keeper: A_KEY/);
    assert.match(unasked.stdout, /Not lost: repositories, accounts, passwords/);
    assert.match(unasked.stderr, /--yes/);
    const waiting = await call(instance, ['POST', 'spaces/admin/keeper/secrets', token], {
      key: 'B',
      value: 'b',
    });
    assert.equal(waiting.status, 503, waiting.text);
    const begun = await instance.command('vault', 'begin-anew', '--yes');
    assert.equal(begun.status, 0, begun.stderr);
    assert.match(begun.stdout, /The vault is open\./);
    assert.notEqual(await readFile(file, 'utf8'), before);
    const set = { key: 'A_KEY', value: 'a value that is new' };
    assert.equal((await call(instance, ['POST', 'spaces/admin/keeper/secrets', token], set)).status, 200);
    const entries = await instance.command('ledger', 'list', '--kind', 'secret.', '--json');
    for (const kind of ['secret.lost', 'secret.begun-anew']) assert.match(entries.stdout, new RegExp(kind));
  },
);
