// The courier as a process beside the hub: configured by the operator, with a password that nobody else has, and mail that
// survives whatever ends.
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startInstance, type Instance } from '../../harness/instance.ts';
import { startMailServer } from '../../harness/mail-server.ts';
import { isInMemory, listDescendants } from '../../harness/processes.ts';
import { openScratch } from '../../harness/scratch.ts';

const PASSWORD = 'Zr7-only-the-courier-holds-this';
const LOGIN = { user: 'hub', password: PASSWORD };

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUp = Date.now() + 60_000;
  while (!(await holds())) {
    assert.ok(Date.now() < giveUp, `not within a minute: ${what}`);
    await delay(100);
  }
}

async function listKept(instance: Instance): Promise<{ state: string; problem: string; subject: string }[]> {
  return JSON.parse(await instance.admin('mail', 'list', '--json')) as never;
}

/** Writes the configuration, and the password beside the data. */
async function configure(folder: string, port: number): Promise<void> {
  const passwordFile = path.join(folder, 'mail.password');
  await mkdir(path.join(folder, 'data'), { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
  const mail = {
    host: '127.0.0.1',
    port,
    security: 'off',
    from: 'hub@example.org',
    user: 'hub',
    passwordFile,
  };
  await writeFile(path.join(folder, 'data', 'config.json'), JSON.stringify({ mail }), { mode: 0o600 });
}

/** The processes of an instance by the program they run. */
async function programsOf(instance: Instance): Promise<Map<string, number>> {
  const named = (await listDescendants(instance.pid))
    .filter(({ node }) => node)
    .map(({ command, pid }) => [/\/(\w+)\/src\/main\.ts/.exec(command)?.[1] ?? '', pid] as const);
  // The oldest of a name: a second may run for a while only to fill the cache of compiled code.
  return new Map(named.reverse());
}

void test('mail goes out by the courier, which alone has the password', { timeout: 240_000 }, async (t) => {
  await using scratch = await openScratch('courier');
  await using server = await startMailServer({ login: LOGIN });
  await configure(scratch.path, server.port);
  await using instance = await startInstance({ folder: scratch.path });
  await instance.createUser('ada');

  await t.test('the mail server lets it in, and takes a mail', async () => {
    await instance.admin('mail', 'check');
    await instance.createToken({ user: 'ada', role: 'read' });
    await until('the mail', () => server.mailsTo('ada@example.org').length > 0);
    await until('that it is noted', async () => (await listKept(instance)).length === 0);
  });

  await t.test('a courier that is killed comes back, and a mail waits for it', async () => {
    const before = (await programsOf(instance)).get('courier');
    assert.ok(before !== undefined);
    process.kill(before, 'SIGKILL');
    await instance.createToken({ user: 'ada', role: 'write' });
    await until('the second mail', () => server.mailsTo('ada@example.org').length > 1);
    assert.notEqual((await programsOf(instance)).get('courier'), before);
  });

  await t.test('a hub that is killed sends nothing twice', async () => {
    process.kill(await instance.hubPid(), 'SIGKILL');
    await until(
      'the hub',
      async () =>
        await instance.admin('mail', 'list').then(
          () => true,
          () => false,
        ),
    );
    await instance.revokeTokens('ada');
    await until('the last mails', () => server.mailsTo('ada@example.org').length >= 4);
    await delay(2_000);
    const ids = server.mails.map(({ source }) => /^Message-ID: (.*)$/im.exec(source)?.[1]);
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(server.mailsTo('ada@example.org').length, 4);
  });

  await t.test('the password is in no other process, no command line, environment or log', async () => {
    const programs = await programsOf(instance);
    const courier = programs.get('courier') ?? 0;
    assert.ok(await isInMemory(courier, PASSWORD), 'the search finds nothing where it must find something');
    for (const name of ['hub', 'notary']) {
      const pid = programs.get(name);
      assert.ok(pid !== undefined, name);
      assert.equal(await isInMemory(pid, PASSWORD), false, name);
    }
    for (const { pid } of await listDescendants(instance.pid))
      for (const file of ['environ', 'cmdline'])
        assert.ok(!(await readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '')).includes(PASSWORD));
    const logs = path.join(instance.data, 'logs');
    for (const name of await readdir(logs)) {
      const text = await readFile(path.join(logs, name), 'latin1');
      assert.ok(!text.includes(PASSWORD) && !text.includes(Buffer.from(PASSWORD).toString('base64')), name);
    }
  });
});

void test('mail waits for a server that is down, over a restart', { timeout: 240_000 }, async () => {
  await using scratch = await openScratch('courier');
  let port = 0;
  {
    await using server = await startMailServer();
    ({ port } = server);
  }
  await configure(scratch.path, port);
  {
    await using instance = await startInstance({ folder: scratch.path });
    const checked = await instance.command('admin', 'mail', 'check');
    assert.match(checked.stderr, /nothing listens on 127\.0\.0\.1/);
    await instance.createUser('ada');
    await instance.createToken({ user: 'ada', role: 'read' });
    await until('the first try', async () =>
      (await listKept(instance)).some(({ problem }) => problem !== ''),
    );
    assert.equal((await listKept(instance))[0]?.state, 'waiting');
  }
  await using server = await startMailServer({ port, login: LOGIN });
  await using instance = await startInstance({ folder: scratch.path });
  await until('the mail', () => server.mails.length > 0);
  await until('that it is noted', async () => (await listKept(instance)).length === 0);
  assert.equal(server.mails.length, 1);
});
