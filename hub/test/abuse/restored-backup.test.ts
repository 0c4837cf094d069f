// An old state of the database put back: what was revoked since must not work again because somebody restored it.
import assert from 'node:assert/strict';
import { cp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { startInstance, type Instance } from '../harness/instance.ts';
import { openScratch } from '../harness/scratch.ts';

const LIMIT = { timeout: 240_000 };

async function ask(instance: Instance, target: string, token: string): Promise<Response> {
  return await fetch(`${instance.url}${target}`, { headers: { authorization: `Bearer ${token}` } });
}

void test('a restored old state starts sealed, and serves once its loss was accepted', LIMIT, async () => {
  await using scratch = await openScratch('restored');
  const folder = scratch.path;
  const postgres = path.join(folder, 'data', 'postgres');
  const backup = path.join(folder, 'backup');
  const exported = path.join(folder, 'ledger.jsonl');
  let [token, adas] = ['', ''];
  {
    await using first = await startInstance({ folder });
    token = await first.createToken({ user: 'admin', role: 'write' });
    assert.equal((await ask(first, '/api/whoami-v2', token)).status, 200);
    for (const name of ['ada', 'bob', 'carol']) await first.createUser(name);
    await first.admin('org', 'create', 'acme', '--owner', 'carol');
    await first.admin('org', 'member', 'acme', '--user', 'bob', '--role', 'write');
    await first.admin('user', 'promote', 'bob');
    adas = await first.createToken({ user: 'ada', role: 'read' });
    assert.equal((await ask(first, '/api/whoami-v2', adas)).status, 200);
  }
  await cp(postgres, backup, { recursive: true, preserveTimestamps: true });
  {
    await using second = await startInstance({ folder });
    assert.doesNotMatch(second.output, /sealed/);
    await second.revokeTokens('admin');
    assert.equal((await ask(second, '/api/whoami-v2', token)).status, 401);
    assert.equal((await second.command('ledger', 'verify')).status, 0);
    // One that is made and revoked after the backup is in the export alone.
    await second.createToken({ user: 'admin', role: 'read' });
    await second.admin('user', 'disable', 'ada');
    await second.admin('user', 'demote', 'bob');
    await second.admin('org', 'remove-member', 'acme', '--user', 'bob');
    await second.admin('user', 'disable', 'carol');
    await second.admin('user', 'enable', 'carol');
    await second.revokeTokens('admin');
    await writeFile(exported, (await second.command('ledger', 'export')).stdout);
  }
  await rm(postgres, { recursive: true });
  await rename(backup, postgres);
  {
    await using third = await startInstance({ folder });
    assert.match(
      third.output,
      /This instance is sealed: \d+ entries of the ledger were signed, and the database has \d+/,
    );
    const answer = await ask(third, '/api/whoami-v2', token);
    assert.equal(answer.status, 503, 'the token that was revoked opens nothing');
    assert.equal(answer.headers.get('x-error-code'), 'InstanceSealed');
    assert.equal((await ask(third, '/readyz', '')).status, 503);
    assert.equal((await ask(third, '/healthz', '')).status, 200);
    const verdict = await third.command('ledger', 'verify');
    assert.equal(verdict.status, 1);
    assert.match(verdict.stdout, /ends before the \d+ that were signed/);
    const again = await third.command('admin', 'token', 'revoke-again', exported, '--json');
    assert.equal(again.status, 0, again.stderr);
    const done = JSON.parse(again.stdout) as Readonly<Record<string, string[]>>;
    assert.deepEqual([done['revoked']?.length, done['unknown']?.length], [1, 1]);
    assert.deepEqual(done['done'], ['ada: disabled', 'bob: an ordinary user', 'bob: no member of acme']);
    assert.deepEqual(done['refused'], []);
    const none = await third.command('admin', 'token', 'revoke-again', path.join(folder, 'data', 'instance'));
    assert.notEqual(none.status, 0);
    assert.match(none.stderr, /cannot be read as an export/);
  }
  await using fourth = await startInstance({ folder, words: ['--accept-loss'] });
  assert.match(fourth.output, /a new epoch of the ledger begins/);
  assert.equal((await ask(fourth, '/readyz', '')).status, 200);
  assert.equal(
    (await ask(fourth, '/api/whoami-v2', token)).status,
    401,
    'it was revoked again while it was sealed',
  );
  assert.equal((await ask(fourth, '/api/whoami-v2', adas)).status, 401, 'and so was its user disabled');
  const whole = await fourth.command('ledger', 'export');
  assert.match(whole.stdout, /"kind":"instance\.sealed"/);
  assert.match(whole.stdout, /"kind":"instance\.loss-accepted"/);
  assert.match(whole.stdout, /holdfast-ledger\/[0-9a-f]{16}\/2\\n/);
  assert.equal((await fourth.command('ledger', 'verify')).status, 0);
});
