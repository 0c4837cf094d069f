// Access is taken away while the database is stopped, and the hub that took it is killed: nothing that was ended works
// again, on no hub, and the ledger has it in the end.
import assert from 'node:assert/strict';
import { mkdir, statfs } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Instance } from '../harness/instance.ts';
import { mustRun } from '../harness/program.ts';
import {
  entriesOf,
  issue,
  listServer,
  openPlace,
  report,
  statusOf,
  untilBack,
} from '../harness/stopped-database.ts';
import { TestBrowser } from '../harness/test-browser.ts';
import { isRoot } from '../harness/test-user.ts';

const LIMIT = { timeout: 300_000 };

void test(
  'what was revoked while the database was stopped stays so, though the hub is killed',
  LIMIT,
  async (t) => {
    await using opened = new AsyncDisposableStack();
    const { server, start } = await openPlace(opened);
    const a = opened.use(await start('a'));
    const b = opened.use(await start('b'));
    const [found, victim, kept] = [await issue(a, 'found'), await issue(a, 'victim'), await issue(a, 'kept')];
    const browser = new TestBrowser(a);
    const password = await a.admin('user', 'reset-password', 'admin');
    await browser.signIn('admin', password);
    assert.equal((await browser.open('/account')).status, 200);
    const session = new Map(browser.cookies);
    for (const { token } of [found, victim, kept])
      for (const hub of [a, b]) assert.equal(await statusOf(hub, token), 200);

    await server.server.stop('SIGQUIT');
    // At once: what this hub remembers of tokens is good for half a second more.
    assert.equal(await report(a, found.token), 202);
    assert.notEqual(await statusOf(a, found.token), 200);
    assert.match(await a.admin('token', 'revoke', victim.id), /^The database is away\..* Taken: /s);
    assert.notEqual(await statusOf(a, victim.token), 200);
    const signedOut = await browser.send('/sign-out', {});
    assert.equal(signedOut.status, 303);
    assert.equal(browser.cookie('session'), undefined);
    assert.equal(await report(a, found.token), 202, 'a second time as well');

    process.kill(await a.hubPid(), 'SIGKILL');
    await server.server.start();
    const answers = await untilBack(a, kept.token, [found.token, victim.token]);
    assert.ok(!answers.has(200), `none of them worked for an instant: ${[...answers].join(' ')}`);
    for (const [name, value] of session) browser.cookies.set(name, value);
    assert.equal((await browser.open('/account')).status, 303, 'the session has ended');
    const began = Date.now();
    while ((await statusOf(b, found.token)) !== 401 || (await statusOf(b, victim.token)) !== 401) {
      assert.ok(Date.now() - began < 1_000, 'the other hub refuses them within a second');
      await delay(10);
    }
    t.diagnostic(`the other hub refused them after ${Date.now() - began} ms`);
    assert.equal(await statusOf(b, kept.token), 200);
    for (const { id } of [found, victim])
      assert.deepEqual((await entriesOf(server, `token:${id}`)).at(-1), {
        kind: 'token.revoked',
        subject: `token:${id}`,
        taken: true,
      });
    const ended = (await entriesOf(server, 'session:%')).filter(({ kind }) => kind === 'session.ended');
    assert.deepEqual(
      ended.map(({ taken }) => taken),
      [true],
    );
    assert.equal((await a.command('ledger', 'verify')).status, 0);
  },
);

/** What a token is answered that would write to a repository. */
async function mayWrite(hub: Instance, repo: string, token: string): Promise<number> {
  const answer = await fetch(`${hub.url}/api/models/${repo}/auth-check/write`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(30_000),
  }).catch(() => undefined);
  await answer?.text();
  return answer?.status ?? 0;
}

/** An organisation with a private model, and members who write there. */
async function openAcme(hub: Instance, names: readonly string[]) {
  await hub.admin('org', 'create', 'acme', '--owner', 'admin');
  const answer = await fetch(`${hub.url}/api/repos/create`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await hub.createToken({ user: 'admin', role: 'write' })}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ type: 'model', organization: 'acme', name: 'hidden', private: true }),
  });
  assert.equal(answer.status, 200, await answer.text());
  const members = new Map<string, { id: string; token: string }>();
  for (const user of names) {
    await hub.createUser(user);
    await hub.admin('org', 'member', 'acme', '--user', user, '--role', 'write');
    const words = ['--user', user, '--name', 'ci', '--role', 'write', '--json'];
    members.set(
      user,
      JSON.parse(await hub.admin('token', 'create', ...words)) as { id: string; token: string },
    );
  }
  return (name: string) => members.get(name) ?? { id: '', token: '' };
}

void test('a hub that stays up refuses at once, and records when the database is back', LIMIT, async (t) => {
  await using opened = new AsyncDisposableStack();
  const { server, start } = await openPlace(opened);
  const a = opened.use(await start('a'));
  const [victim, kept] = [await issue(a, 'victim'), await issue(a, 'kept')];
  const of = await openAcme(a, ['disabled', 'removed', 'lowered', 'raised', 'withheld', 'chief']);
  await a.admin('user', 'promote', 'chief');
  await a.admin('org', 'member', 'acme', '--user', 'raised', '--role', 'read');
  const browser = new TestBrowser(a);
  await browser.signIn('admin', await a.admin('user', 'reset-password', 'admin'));
  assert.equal((await browser.open('/account')).status, 200);
  const cannot = ['removed', 'lowered', 'withheld'].map(
    (user) => async () => await mayWrite(a, 'acme/hidden', of(user).token),
  );
  for (const ask of cannot) assert.equal(await ask(), 200);

  await server.server.stop('SIGINT');
  for (const words of [
    ['token', 'revoke', victim.id],
    ['user', 'disable', 'Disabled'],
    ['user', 'demote', 'chief'],
    ['user', 'sign-out', 'admin'],
    ['org', 'remove-member', 'acme', '--user', 'removed'],
    ['org', 'member', 'acme', '--user', 'lowered', '--role', 'read'],
    ['org', 'member', 'acme', '--user', 'raised', '--role', 'admin'],
    ['org', 'remove-member', 'acme', '--user', 'admin'],
    ['org', 'end-token', 'acme', of('withheld').id],
    ['user', 'disable', 'nobody'],
  ])
    assert.match(await a.admin(...words), /^The database is away.* Taken: /s, words.join(' '));

  await server.server.start();
  const page = async (): Promise<number> => (await browser.open('/account')).status;
  const answers = await untilBack(a, kept.token, [victim.token, of('disabled').token, ...cannot, page]);
  assert.ok(!answers.has(200), `none of it worked for an instant: ${[...answers].join(' ')}`);
  const giveUp = Date.now() + 60_000;
  while ((await entriesOf(server, `token:${victim.id}`)).at(-1)?.['kind'] !== 'token.revoked') {
    assert.ok(Date.now() < giveUp, 'it is recorded');
    await delay(20);
  }

  await t.test(
    'what was taken is done, nothing was given, and the ledger says when it was taken',
    async () => {
      const rows = await server.query(
        'hub',
        `select a.name, m.role, a.disabled_at is not null as disabled, a.administrator
        from identity.account a left join identity.membership m on m.user_id = a.id
        where a.kind = 'user' order by a.name`,
      );
      const usual = { role: 'write', disabled: false, administrator: false };
      assert.deepEqual(rows, [
        // Nobody else administers the organisation: that is refused, as it would have been.
        { ...usual, name: 'admin', role: 'admin', administrator: true },
        { ...usual, name: 'chief' },
        { ...usual, name: 'disabled', disabled: true },
        { ...usual, name: 'lowered', role: 'read' },
        { ...usual, name: 'raised', role: 'read' },
        { ...usual, name: 'removed', role: null },
        { ...usual, name: 'withheld' },
      ]);
      const taken = (await entriesOf(server, '%')).filter((entry) => entry['taken']);
      assert.deepEqual(taken.map(({ kind }) => String(kind)).toSorted(), [
        'account.administrator-set',
        'account.disabled',
        'account.signed-out',
        'org.member-removed',
        'org.member-set',
        'refusal.taken',
        'token.reach-ended',
        'token.revoked',
      ]);
      assert.equal(await mayWrite(a, 'acme/hidden', of('chief').token), 200, 'who kept a right has it');
    },
  );
});

void test(
  'a database that does not answer keeps nobody from revoking, and its late answer lets nobody in',
  LIMIT,
  async () => {
    await using opened = new AsyncDisposableStack();
    const { server, start } = await openPlace(opened);
    const a = opened.use(await start('a'));
    const [victim, kept] = [await issue(a, 'victim'), await issue(a, 'kept')];
    assert.equal(await statusOf(a, victim.token), 200);
    const pids = await listServer(server);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    try {
      await delay(600);
      const asked = statusOf(a, victim.token);
      assert.match(await a.admin('token', 'revoke', victim.id), /^The database is away/);
      for (const pid of pids) process.kill(pid, 'SIGCONT');
      assert.equal(await asked, 401, 'the answer to a question of before the revocation');
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
    const answers = await untilBack(a, kept.token, [victim.token]);
    assert.ok(!answers.has(200), [...answers].join(' '));
  },
);

void test(
  'a full disk and a stopped database',
  { ...LIMIT, skip: isRoot ? false : 'only root can mount' },
  async () => {
    await using opened = new AsyncDisposableStack();
    const { scratch, server, start } = await openPlace(opened);
    const disk = path.join(scratch.path, 'disk');
    await mkdir(disk);
    await mustRun('mount', ['-t', 'tmpfs', '-o', 'size=256m,mode=0755', 'holdfast-test', disk]);
    opened.defer(async () => void (await mustRun('umount', ['--lazy', disk])));
    const a = opened.use(await start('disk'));
    const [victim, found, kept] = [await issue(a, 'victim'), await issue(a, 'found'), await issue(a, 'kept')];
    await server.server.stop('SIGINT');
    const filler = path.join(disk, 'filler');
    await mustRun('sh', ['-c', 'cat /dev/zero > "$0" || true', filler]);
    const { bavail } = await statfs(disk);
    assert.equal(bavail, 0);
    assert.match(await a.admin('token', 'revoke', victim.id), /^The database is away/);
    assert.equal(await report(a, found.token), 202);
    process.kill(await a.hubPid(), 'SIGKILL');
    await server.server.start();
    const answers = await untilBack(a, kept.token, [victim.token, found.token]);
    assert.ok(!answers.has(200), [...answers].join(' '));
    for (const { id } of [victim, found])
      assert.equal((await entriesOf(server, `token:${id}`)).at(-1)?.['kind'], 'token.revoked');
  },
);

void test('a Space that was paused while the database was stopped stays so', LIMIT, async () => {
  await using opened = new AsyncDisposableStack();
  const { server, start } = await openPlace(opened);
  const a = opened.use(await start('a'));
  const kept = await issue(a, 'kept');
  const made = await fetch(`${a.url}/api/repos/create`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await a.createToken({ user: 'admin', role: 'write' })}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ type: 'space', name: 'app', sdk: 'static' }),
  });
  assert.equal(made.status, 200, await made.text());
  /** 200 where it is said to be anything but paused. */
  const serves = async (): Promise<number> => {
    const answer = await fetch(`${a.url}/api/spaces/admin/app/runtime`, {
      headers: { authorization: `Bearer ${kept.token}` },
      signal: AbortSignal.timeout(30_000),
    });
    const { stage } = (await answer.json()) as { stage?: string };
    return answer.status === 200 && stage === 'PAUSED' ? 409 : answer.status;
  };
  assert.equal(await serves(), 200);
  await server.server.stop('SIGINT');
  assert.match(await a.admin('space', 'pause', 'Admin/app'), /^The database is away.* Taken: /s);
  await server.server.start();
  const answers = await untilBack(a, kept.token, [serves]);
  assert.ok(!answers.has(200), `it was not served for an instant: ${[...answers].join(' ')}`);
  const paused = async () =>
    (await entriesOf(server, 'repo:%')).filter(({ kind }) => kind === 'space.paused');
  for (const giveUp = Date.now() + 60_000; (await paused()).length === 0; await delay(20))
    assert.ok(Date.now() < giveUp, 'it is recorded');
  assert.deepEqual(
    (await paused()).map(({ taken }) => taken),
    [true],
  );
});
