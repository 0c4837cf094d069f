// The base: made once by one user without rights, with what apps expect, and nothing half made left behind.
import assert from 'node:assert/strict';
import { lstat, mkdir, mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Base } from '../../src/base/index.ts';
import { openTestBase } from './bench.ts';

void test('ensure() gives one root with a digest, its Pythons, and what wheels and sources need', async () => {
  await using base = await openTestBase();
  const [one, other] = await Promise.all([base.ensure(), base.ensure()]);
  assert.equal(one, other);
  assert.match(one.digest, /^[0-9a-f]{64}$/);
  assert.ok(one.path.endsWith(one.digest));
  assert.deepEqual(one.pythons, ['3.11']);
  assert.equal(await readlink(join(one.path, 'bin')), 'usr/bin');
  for (const path of [
    'usr/bin/python3.11',
    'usr/bin/gcc-12',
    'usr/bin/git',
    'usr/bin/setpriv',
    'usr/include/python3.11',
  ])
    assert.ok(await lstat(join(one.path, path)), path);
  // Nothing of the machine it was made on.
  for (const name of ['hosts', 'hostname', 'resolv.conf'])
    assert.equal((await lstat(join(one.path, 'etc', name))).size, 0, name);
});

void test('ensure() removes what was half made, fails in words, and tries again when it is asked again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-base-'));
  await mkdir(join(folder, 'making-0123/usr/bin'), { recursive: true });
  // Nobody listens there.
  const source = {
    mirror: 'http://127.0.0.1:9/debian',
    securityMirror: null,
    suite: 'bookworm',
    packages: [],
  };
  await using base = new Base({ folder, source, tell: () => undefined });
  for (const _turn of [1, 2])
    await assert.rejects(base.ensure(), /could not be made[^]*127\.0\.0\.1[^]*spaces/);
  assert.equal(base.isReady, false);
  assert.deepEqual(await readdir(folder), []);
  await rm(folder, { recursive: true });
});
