// The restore drill: a backup is made while clients write, the instance is lost, and another one comes out of the backup, with every
// file that was acknowledged before, a ledger that verifies, and the secrets that nobody deleted since: with the keys, and none without.
import assert from 'node:assert/strict';
import { chmod, chown, mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { decrypt } from '@holdfast/vault/envelope';
import { FileKeyHolder } from '@holdfast/vault/key-holder';
import { boundOf, keyBound } from '@holdfast/vault/model';
import { SecretReader } from '@holdfast/vault/secret-store';
import { huntFiles } from '../apps/hunt.ts';
import { copyCheckout, giveFolder } from '../harness/checkout-copy.ts';
import { runCommand, startInstance, type Instance, type InstanceOptions } from '../harness/instance.ts';
import { mustRun, type Outcome } from '../harness/program.ts';
import { openScratch } from '../harness/scratch.ts';
import { codeOf } from '../harness/second-factor.ts';
import { openSuperuser } from '../harness/superuser.ts';
import { TestBrowser } from '../harness/test-browser.ts';
import { isRoot, openTestUser } from '../harness/test-user.ts';
import { Driver, fetchDigest } from './driver.ts';

const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';
const MINUTE = 60_000;
const KEPT = 'kept-value-0f2c9a51d7b84e';
const GONE = 'gone-value-93bd5e7704ac1f';

/** Asks the API as a client. */
async function ask(
  { url }: Instance,
  { token, to, method = 'GET', body }: { token: string; to: string; method?: string; body?: object },
): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(url + to, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

/** The values that the root key in this instance's place opens, by name, as a vault reads them. */
async function openSecrets(instance: Instance): Promise<Record<string, string>> {
  await using superuser = await openSuperuser(instance);
  const keys = new FileKeyHolder(`${instance.data}.keys/vault/root.key`);
  const found: Record<string, string> = {};
  if (!(await keys.open(undefined))) return found;
  const reader = new SecretReader(superuser.db);
  const { rows } = await superuser.pool.query<{ space: string }>('select space from vault.space_key');
  for (const { space } of rows) {
    const held = await reader.findKey(space);
    assert.ok(held);
    const key = await keys.unwrap(held.generation, held.wrapped, keyBound(space));
    for (const version of await reader.listKept(space))
      if (version.value !== null)
        found[version.name] = decrypt(key, version.value, boundOf(version)).toString();
  }
  return found;
}

/** A place for instances of one owner. */
async function openGround(as: 'self' | 'user') {
  await using opened = new AsyncDisposableStack();
  const scratch = opened.use(await openScratch('drill'));
  const home = path.join(scratch.path, 'home');
  await mkdir(home);
  await chmod(scratch.path, 0o755);
  const user = as === 'user' ? opened.use(await openTestUser(home)) : undefined;
  let options: InstanceOptions = {};
  if (user !== undefined) {
    const checkout = path.join(scratch.path, 'checkout');
    await copyCheckout(checkout);
    await giveFolder(home, user);
    options = { checkout, user };
  }
  const kept = opened.move();
  return { home, options, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function setUp(instance: Instance, token: string): Promise<void> {
  for (const [name, more] of [
    ['battered', { type: 'model' }],
    ['app', { type: 'space', sdk: 'gradio' }],
  ] as const) {
    const to = '/api/repos/create';
    const made = await ask(instance, {
      ...{ token, to, method: 'POST' },
      body: { name, private: true, ...more },
    });
    assert.equal(made.status, 200, made.text);
  }
  for (const [key, value] of [
    ['KEPT', KEPT],
    ['GONE', GONE],
  ]) {
    const to = '/api/spaces/admin/app/secrets';
    const set = await ask(instance, { token, to, method: 'POST', body: { key, value } });
    assert.equal(set.status, 200, set.text);
  }
}

/** Makes a user with a second factor. */
async function addWithFactor(
  instance: Instance,
): Promise<{ readonly password: string; readonly key: string }> {
  await instance.createUser('dora');
  const password = (await instance.admin('user', 'reset-password', 'dora')).trim();
  const browser = new TestBrowser(instance);
  await browser.signIn('dora', password);
  const begun = await browser.send('/account/second-factor?/begin', {});
  const key = /data-key[^>]*>([A-Z2-7 ]+)</.exec(begun.body)?.[1] ?? '';
  const code = codeOf(key, new Date());
  const confirmed = await browser.send('/account/second-factor?/confirm', { code });
  assert.match(confirmed.body, /[a-z2-7]{5}-[a-z2-7]{5}/);
  return { password, key };
}

/** Signs her in with a code that is certainly later than the one that was taken last. */
async function signInWithCode(
  instance: Instance,
  { password, key }: { readonly password: string; readonly key: string },
): Promise<number> {
  const browser = new TestBrowser(instance);
  const half = await browser.signIn('dora', password);
  assert.match(half.location, /^\/sign-in\/code/, half.body);
  return (await browser.send(half.location, { code: codeOf(key, new Date(Date.now() + 30_000)) })).status;
}

async function assertWhole(instance: Instance, driver: Driver, token: string): Promise<void> {
  for (const { path: file, sha256, commit } of driver.acknowledged) {
    const url = `${instance.url}/admin/battered/resolve/${commit}/${file}`;
    assert.equal(await fetchDigest(url, token), sha256, file);
  }
}

async function restoreInto(options: InstanceOptions, ...words: readonly string[]): Promise<Outcome> {
  const restored = await runCommand(options, 'restore', ...words);
  assert.equal(restored.status, 0, restored.stderr);
  return restored;
}

/** Both backups are entries, with what was copied and what was typed. */
async function assertOnRecord(instance: Instance): Promise<void> {
  const { stdout } = await instance.command('ledger', 'list', '--kind', 'instance.backed-up', '--json');
  const found = JSON.parse(stdout) as {
    readonly actor: string;
    readonly body: string;
    readonly personal: Readonly<Record<'osUser' | 'command', string>>;
  }[];
  assert.deepEqual(
    found.map(({ actor, body }) => [actor, (JSON.parse(body) as { keys: boolean }).keys]),
    [
      ['operator', false],
      ['operator', true],
    ],
  );
  for (const { personal } of found) {
    assert.equal(personal.osUser.length > 0, true);
    assert.match(personal.command, /^backup .* --json$/);
  }
}

/** Every file is the owner's alone. */
async function assertClosed(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const { mode } = await stat(path.join(entry.parentPath, entry.name));
    assert.equal(mode & 0o077, 0, path.join(entry.parentPath, entry.name));
  }
}

// It takes minutes, most of which are starts.
for (const as of LONG ? (['self', 'user'] as const) : (['self'] as const))
  void test(
    `another instance comes out of a backup with all that was acknowledged, as ${as}`,
    { skip: as === 'user' && !isRoot, timeout: 20 * MINUTE },
    async (t) => {
      await using ground = await openGround(as);
      const { home, options } = ground;
      const [lost, other, third] = ['lost', 'other', 'third'].map((name) => path.join(home, name)) as [
        string,
        string,
        string,
      ];
      const [backup, next, keys] = ['data-1', 'data-2', 'keys/1'].map((name) =>
        path.join(home, 'backups', name),
      ) as [string, string, string];
      const began = new Date();
      const before = new Driver('before', { url: '', token: '', repo: '' });
      let [token, revoked, dora] = ['', '', { password: '', key: '' }];
      {
        await using instance = await startInstance({ ...options, folder: lost });
        token = await instance.createToken({ user: 'admin', role: 'write' });
        revoked = await instance.createToken({ user: 'admin', role: 'read' });
        await setUp(instance, token);
        dora = await addWithFactor(instance);
        const site = { url: instance.url, token, repo: 'admin/battered' };
        const first = new Driver('before', site);
        await first.run(AbortSignal.timeout(5_000));
        before.acknowledged.push(...first.acknowledged);
        assert.ok(before.acknowledged.length >= 3, 'one of each kind was acknowledged');
        const done = new AbortController();
        const meanwhile = new Driver('meanwhile', site);
        const writing = meanwhile.run(done.signal);
        const made = await instance.command('backup', backup, '--keys', keys, '--json');
        assert.equal(made.status, 0, made.stderr);
        const clock = performance.now();
        const again = await instance.command('backup', next, '--since', backup, '--json');
        t.diagnostic(`the second backup took ${((performance.now() - clock) / 1000).toFixed(1)} s`);
        assert.equal(again.status, 0, again.stderr);
        const said = JSON.parse(again.stdout.trim().split('\n').at(-1) ?? '') as {
          data: { linked: number };
        };
        assert.ok(said.data.linked >= before.acknowledged.length / 3, 'objects are not copied twice');
        await assertOnRecord(instance);
        done.abort();
        await writing;
        assert.deepEqual([...first.strange, ...meanwhile.strange], []);
        assert.ok(meanwhile.acknowledged.length > 0, 'clients wrote while it was made');
        for (const folder of [backup, next, keys]) {
          const verified = await instance.command('backup', 'verify', folder);
          assert.equal(verified.status, 0, verified.stdout);
          await assertClosed(folder);
        }
        const to = '/api/spaces/admin/app/secrets';
        const deleted = await ask(instance, { token, to, method: 'DELETE', body: { key: 'GONE' } });
        assert.equal(deleted.status, 200, deleted.text);
        await instance.revokeTokens('admin');
        token = await instance.createToken({ user: 'admin', role: 'write' });
      }
      const hunted = [
        { name: 'KEPT', value: KEPT },
        { name: 'GONE', value: GONE },
        { name: 'token', value: revoked },
      ];
      for (const folder of [backup, next]) assert.deepEqual(await huntFiles(folder, hunted, began), []);

      await t.test('with the keys of today, what was deleted stays deleted', async () => {
        await mkdir(other);
        await mustRun('cp', ['-a', path.join(lost, 'data.keys'), path.join(other, 'data.keys')]);
        if (options.user) await chown(other, options.user.uid, options.user.gid);
        await restoreInto({ ...options, folder: other }, backup);
        await using running = await startInstance({ ...options, folder: other, words: ['--accept-loss'] });
        assert.match(running.output, /a new epoch of the ledger begins/);
        const fresh = await running.createToken({ user: 'admin', role: 'write' });
        await assertWhole(running, before, fresh);
        assert.deepEqual(await openSecrets(running), { KEPT });
        assert.equal(await signInWithCode(running, dora), 303, 'the seed of her second factor is there');
        const listed = await ask(running, { token: fresh, to: '/api/spaces/admin/app/secrets' });
        assert.match(listed.text, /KEPT/);
        assert.doesNotMatch(listed.text, /GONE/);
        const verdict = await running.command('ledger', 'verify');
        assert.equal(verdict.status, 0, verdict.stdout + verdict.stderr);
        const checked = await running.command('fsck');
        assert.equal(checked.status, 0, checked.stdout + checked.stderr);
      });

      await t.test('with the keys of then it is sealed, and without their root key says so', async () => {
        await restoreInto({ ...options, folder: third }, next, '--keys', keys);
        {
          await using running = await startInstance({ ...options, folder: third });
          assert.match(running.output, /This instance is sealed: it came out of a backup/);
          assert.equal((await ask(running, { token: revoked, to: '/api/whoami-v2' })).status, 503);
          assert.match((await running.command('vault', 'status')).stdout, /came out of a backup/);
          assert.deepEqual(Object.keys(await openSecrets(running)).sort(), ['GONE', 'KEPT']);
        }
        await rm(path.join(third, 'data.keys', 'vault', 'root.key'));
        await using running = await startInstance({ ...options, folder: third, words: ['--accept-loss'] });
        assert.match((await running.command('vault', 'status')).stdout, /root key .* is missing/);
        assert.deepEqual(await openSecrets(running), {});
        assert.equal(await signInWithCode(running, dora), 503, 'no code can be checked');
        const fresh = await running.createToken({ user: 'admin', role: 'write' });
        await assertWhole(running, before, fresh);
      });

      await t.test('without keys nothing starts, and the restore says what is missing', async () => {
        const where = { ...options, folder: path.join(home, 'keyless') };
        const restored = await restoreInto(where, backup);
        assert.match(restored.stdout, /MISSING among the keys .*: hub\.key/);
        assert.match(
          restored.stdout,
          /MISSING among the keys .*: vault\/root\.key.*values of all secrets are lost/,
        );
        const started = await runCommand(where, 'start');
        assert.equal(started.status, 3);
        assert.match(started.stderr, /the key file .*hub\.key is missing/);
      });
    },
  );
