// What an app writes of its secrets: the runner reads stars. The test plays the vault.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { makeSealingPair, openSealing } from '@holdfast/kernel/sealing';
import { openSandbox, type TestSandbox } from './harness/sandbox.ts';

const RUN = '0123456789abcdef01234567';
const FOLDER = ['--dir', '/run/secrets'];

async function runWith(values: Readonly<Record<string, string>>, script: string): Promise<TestSandbox> {
  const vault = makeSealingPair();
  const sandbox = await openSandbox({
    files: { 'app.sh': script },
    binds: FOLDER,
    start: {
      command: ['/bin/bash', 'app.sh'],
      env: { PATH: '/usr/bin' },
      secrets: { vault: vault.publicKey, run: RUN },
    },
  });
  const told = await sandbox.frame('key');
  if (told.type !== 'key') throw new Error('no key');
  const secrets = Object.entries(values).map(([name, value]) => ({
    ...{ name, way: name.startsWith('FILE') ? 'file' : 'variable', bytes: Buffer.byteLength(value) },
  }));
  const head = Buffer.from(JSON.stringify({ brokered: false, secrets }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  const bytes = Buffer.concat([length, head, ...Object.values(values).map((value) => Buffer.from(value))]);
  const box = openSealing(vault, told.key, 'secrets for the program inside').seal(bytes, RUN);
  sandbox.send({ type: 'secrets', box, certificate: '' });
  return sandbox;
}

void test('both outputs of an app are masked, also what it writes last, and it ends with its own code', async () => {
  const [variable, file] = [randomBytes(18).toString('base64url'), randomBytes(40).toString('base64')];
  await using sandbox = await runWith(
    { PLAIN: variable, FILED: file },
    `echo "it is $PLAIN"; cat $FILED_FILE >&2; base64 $FILED_FILE; printf %s "$PLAIN" | od -An -tx1 | tr -d ' \\n'
     for ((n = 0; n < \${#PLAIN}; n++)); do printf %s "\${PLAIN:n:1}"; sleep 0.02; done; printf 'end %s' "$PLAIN"; exit 3`,
  );
  assert.deepEqual(await sandbox.frame('exited'), { type: 'exited', code: 3, signal: null });
  await sandbox.ended;
  const said = sandbox.output();
  for (const value of [variable, file])
    for (const form of [value, Buffer.from(value).toString('hex'), Buffer.from(value).toString('base64')])
      for (let at = 0; at + 12 <= form.length; at += 1)
        assert.ok(!said.includes(form.slice(at, at + 12)), `${said} has ${form}`);
  assert.match(said, /it is \*\*\*/);
  assert.match(said, /end \*\*\*$/);
});

void test('a line comes while the app goes on, and what it leaves behind does not hold its end up', async () => {
  await using sandbox = await runWith(
    { PLAIN: 'abcdefghij', SHORT: '1234' },
    'echo listening; setsid sleep 1000 & sleep 2; echo "$PLAIN $SHORT"',
  );
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  assert.match(sandbox.output(), /listening\n/, 'while it runs');
  await sandbox.frame('exited');
  await sandbox.ended;
  assert.match(sandbox.output(), /^\*\*\* 1234$/m);
  assert.match(sandbox.output(), /the secret SHORT is too short to be masked/);
});

void test('an app that writes without end is slowed down by its reader and loses nothing', async () => {
  await using sandbox = await runWith(
    { PLAIN: 'abcdefghij' },
    'for ((n = 0; n < 40000; n++)); do echo "$n abcdefghij some more of a line"; done',
  );
  await sandbox.frame('exited');
  await sandbox.ended;
  const lines = sandbox.output().trimEnd().split('\n');
  assert.equal(lines.length, 40_000);
  assert.ok(lines.every((line, n) => line === `${n} *** some more of a line`));
});

void test('the app reaches no output but its own', async () => {
  await using sandbox = await runWith(
    { PLAIN: 'abcdefghij' },
    'for pid in /proc/[0-9]*; do for fd in 1 2; do echo "round about $PLAIN" > $pid/fd/$fd; done; done 2>/dev/null; echo done',
  );
  await sandbox.frame('exited');
  await sandbox.ended;
  assert.match(sandbox.output(), /done/);
  assert.doesNotMatch(sandbox.output(), /abcdefghij/);
});
