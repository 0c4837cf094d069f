// The operator's commands against a real instance, as they are typed.
import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import test from 'node:test';
import { assertNoBugs } from '../../harness/bugs.ts';
import { startInstance } from '../../harness/instance.ts';
import { sampleOf, uploadFile, uploadLink } from '../../harness/lfs.ts';

void test('fsck and quotas do what they say', async () => {
  await using instance = await startInstance();
  await instance.createUser('ada');
  const token = await instance.createToken({ user: 'ada', role: 'write' });
  const made = await fetch(`${instance.url}/api/repos/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'model', type: 'model' }),
  });
  assert.equal(made.status, 200, await made.text());
  const to = { token, repo: 'ada/model' };
  const sample = sampleOf(100_000);
  await uploadFile(instance, { ...to, sample, path: 'weights.bin' });

  const whole = await instance.command('fsck', '--deep');
  assert.equal(whole.status, 0, whole.stdout + whole.stderr);
  assert.match(whole.stdout, /looked at {2}models\/ada\/model: \d+\n/);
  assert.match(whole.stdout, /: 0 damaged, 0 to note\n$/);
  const { oid } = sample;
  await using file = await open(
    `${instance.data}/objects/store/sha256/${oid.slice(0, 2)}/${oid.slice(2, 4)}/${oid}`,
    'r+',
  );
  await file.write(Buffer.from('!!'), 0, 2, 500);
  const broken = await instance.command('fsck', '--deep');
  assert.equal(broken.status, 1, broken.stderr);
  assert.match(
    broken.stdout,
    /DAMAGED +ada\/model: weights\.bin: object .* is altered\n +what to do: restore it/,
  );
  const events = (await instance.command('fsck', '--deep', '--json')).stdout.trim().split('\n');
  const last = JSON.parse(events.at(-1) ?? '') as object;
  assert.deepEqual({ ...last, looked: 0 }, { event: 'end', looked: 0, damage: 1, notes: 0 });

  assert.match(await instance.admin('quota', 'list'), /ada +9\d\.\d KiB +9\d\.\d KiB +none \(default\)/);
  assert.equal(await instance.admin('quota', 'set', 'ada', '100kB'), 'ada may store 97.7 KiB');
  await assert.rejects(uploadLink(instance, { ...to, sample: sampleOf(1000) }), /ada may store 97\.7 KiB/);
  await instance.admin('quota', 'set', 'ada', 'none');
  await uploadLink(instance, { ...to, sample: sampleOf(1000) });
  assert.match(await instance.admin('quota', 'list'), /ada .* none\n?$/m);
  await instance.admin('quota', 'clear', 'ada');
  assert.equal((await instance.command('admin', 'quota', 'set', 'ada', 'much')).status, 2);
  assert.equal((await instance.command('admin', 'quota', 'set', 'nobody', '1GB')).status, 1);
  await assert.rejects(assertNoBugs(instance), /stored bytes are damaged/, 'damage is told in the log');
});
