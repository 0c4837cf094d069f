// A root key under a passphrase, in an instance: the file at the start, right, wrong and absent, the operator who unseals, and a
// rotation, after which the passphrase is the same.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { startInstance, type Instance } from '../../harness/instance.ts';
import { openScratch } from '../../harness/scratch.ts';

const MINUTE = 60_000;

interface Status {
  readonly sealed: string | null;
  readonly kept: { readonly secrets: number };
  readonly generation: number | null;
  readonly passphrase: boolean;
}

async function statusOf(instance: Instance): Promise<Status> {
  const { status, stdout, stderr } = await instance.command('vault', 'status', '--json');
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Status;
}

async function setSecret({ url }: Instance, token: string, key: string): Promise<number> {
  const answer = await fetch(`${url}/api/spaces/admin/app/secrets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ key, value: 'a value' }),
  });
  return answer.status;
}

void test('a root key under a passphrase opens with it alone', { timeout: 5 * MINUTE }, async (t) => {
  await using scratch = await openScratch('passphrase');
  const data = path.join(scratch.path, 'data');
  await mkdir(data, { mode: 0o700 });
  const [right, wrong] = ['right', 'wrong'].map((name) => path.join(scratch.path, name)) as [string, string];
  await writeFile(right, 'correct horse battery staple\n', { mode: 0o600 });
  await writeFile(wrong, 'incorrect horse battery staple\n', { mode: 0o600 });
  const start = async (passphraseFile: string | null): Promise<Instance> => {
    await writeFile(path.join(data, 'config.json'), JSON.stringify({ vault: { passphraseFile } }));
    return await startInstance({ folder: scratch.path });
  };
  let token = '';
  await t.test('with the file at the start it is open, and stays so when it is rotated', async () => {
    await using instance = await start(right);
    token = await instance.createToken({ user: 'admin', role: 'write' });
    const made = await fetch(`${instance.url}/api/repos/create`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'space', name: 'app', sdk: 'gradio', private: true }),
    });
    assert.equal(made.status, 200, await made.text());
    assert.equal(await setSecret(instance, token, 'ONE'), 200);
    const before = await statusOf(instance);
    assert.deepEqual([before.sealed, before.passphrase, before.generation], [null, true, 1]);
    const rotated = await instance.command('vault', 'rotate');
    assert.equal(rotated.status, 0, rotated.stderr);
    assert.match(rotated.stdout, /The root key is of generation 2, made 20/);
    assert.equal((await statusOf(instance)).generation, 2);
    assert.equal(await setSecret(instance, token, 'ONE'), 200);
  });
  await t.test('without it, it is sealed until the operator says the passphrase', async () => {
    await using instance = await start(null);
    assert.match((await statusOf(instance)).sealed ?? '', /sealed until it has its passphrase/);
    assert.equal(await setSecret(instance, token, 'TWO'), 503);
    const refused = await instance.command('vault', 'unseal', '--passphrase-file', wrong);
    assert.deepEqual(
      [refused.status, refused.stderr],
      [1, 'Error: that is not the passphrase of the root key\n'],
    );
    const opened = await instance.command('vault', 'unseal', '--passphrase-file', right);
    assert.equal(opened.status, 0, opened.stderr);
    assert.match(opened.stdout, /The vault is open.*generation 2/s);
    assert.equal(await setSecret(instance, token, 'TWO'), 200);
  });
  await t.test('with a wrong one, it is sealed, and says so', async () => {
    await using instance = await start(wrong);
    const { sealed, kept } = await statusOf(instance);
    assert.match(sealed ?? '', /the passphrase that it was given is not that of its root key/);
    assert.equal(kept.secrets, 2, 'nothing is lost');
    assert.equal(await setSecret(instance, token, 'THREE'), 503);
    const log = await readFile(path.join(data, 'logs', 'vault.log'), 'utf8');
    assert.match(log, /"why":"passphrase-wrong","msg":"the vault starts without its root key"/);
    for (const words of ['correct horse', 'incorrect']) assert.ok(!log.includes(words));
  });
});
