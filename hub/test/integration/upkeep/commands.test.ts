// The operator's commands against a real instance, as they are typed.
import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import test from 'node:test';
import { assertNoBugs } from '../../harness/bugs.ts';
import { startInstance, type Instance } from '../../harness/instance.ts';
import { sampleOf, uploadFile, uploadLink } from '../../harness/lfs.ts';

/** What an organisation asks of tokens, set, shown and decided on as it is typed. */
async function requireOrgCommands({ admin, command }: Pick<Instance, 'admin' | 'command'>): Promise<void> {
  await admin('org', 'create', 'acme', '--owner', 'ada');
  assert.match(
    await admin('org', 'policy', 'acme'),
    /^POLICY +STATE\nclassic tokens +allow\napprove tokens +off\ntoken days +off\nsecond factor +off\nprivate by default +off$/,
  );
  const scope = ['--scope', 'org:acme=repo.write'];
  const make = async (name: string, ...more: readonly string[]) =>
    JSON.parse(
      await admin('token', 'create', '--user', 'ada', '--name', name, ...scope, ...more, '--json'),
    ) as { id: string };
  const [usual, short] = [await make('usual'), await make('short', '--days', '30')];
  const asked = ['--classic-tokens', 'refuse', '--approve-tokens', 'on', '--token-days', '60'];
  assert.match(
    await admin('org', 'policy', 'acme', ...asked, '--private-by-default', 'on'),
    /classic tokens +refuse\napprove tokens +on\ntoken days +60\nsecond factor +off\nprivate by default +on$/,
  );
  const listed = async (): Promise<Record<string, string>> => {
    const rows = (await admin('org', 'tokens', 'acme')).split('\n').map((row) => row.split(/ {2,}/));
    assert.deepEqual(rows[0], ['ID', 'OWNER', 'NAME', 'REACH', 'MAY', 'STATE', 'LAST USED']);
    return Object.fromEntries(rows.slice(1).map(([, , name = '', reach = '']) => [name, reach]));
  };
  assert.deepEqual(await listed(), { 'test-write': 'refused', usual: 'refused', short: 'waits' });
  await admin('org', 'approve-token', 'acme', short.id);
  assert.equal((await listed())['short'], 'reaches');
  await admin('org', 'end-token', 'acme', short.id);
  assert.equal((await listed())['short'], 'ended');
  // A token of 90 days, as they are where nothing is said, is too old for the organisation, and only that.
  await admin('org', 'policy', 'acme', '--token-days', '90', '--approve-tokens', 'off');
  assert.equal((await listed())['usual'], 'reaches');
  const tokens = JSON.parse(await admin('token', 'list', '--user', 'ada', '--json')) as {
    id: string;
    createdAt: string;
    expiresAt: string;
  }[];
  const days = tokens
    .filter(({ id }) => id === usual.id)
    .map(({ createdAt, expiresAt }) => (Date.parse(expiresAt) - Date.parse(createdAt)) / 86_400_000);
  assert.deepEqual(days, [90]);
  for (const wrong of [
    ['--token-days', '0'],
    ['--approve-tokens', 'yes'],
    ['--classic-tokens', 'on'],
  ])
    assert.equal((await command('admin', 'org', 'policy', 'acme', ...wrong)).status, 2, wrong.join(' '));
  for (const act of [
    ['policy', 'nobody'],
    ['tokens', 'nobody'],
    ['approve-token', 'acme', '0'.repeat(24)],
  ])
    assert.equal((await command('admin', 'org', ...act)).status, 1, act.join(' '));
}

void test('fsck, quotas and the policies of organisations do what they say', async () => {
  await using instance = await startInstance();
  await instance.createUser('ada');
  const token = await instance.createToken({ user: 'ada', role: 'write' });
  const made = await fetch(`${instance.url}/api/repos/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'model', type: 'model' }),
  });
  assert.equal(made.status, 200, await made.text());
  await requireOrgCommands({
    admin: async (...words) => await instance.admin(...words),
    command: async (...words) => await instance.command(...words),
  });
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
