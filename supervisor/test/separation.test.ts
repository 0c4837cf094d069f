// What code in a taken-over hub can reach, at each level of separation; and what each level says of itself.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { isRoot, openTestCheckout, type TestCheckout } from './harness/checkout.ts';
import { openInstance, TestInstance } from './harness/instance.ts';

const LIMIT = { timeout: 120_000 };
const owners = isRoot ? (['self', 'user'] as const) : (['self'] as const);

const ENVIRONMENT = {
  HOLDFAST_ADMIN_PASSWORD: 'correct horse battery',
  NODE_OPTIONS: '--no-deprecation',
  LD_LIBRARY_PATH: '/nowhere',
};

for (const owner of owners)
  void test(`code in a sandboxed hub, as ${owner}`, LIMIT, async (t) => {
    using checkout = openTestCheckout(owner);
    await using instance = await openInstance({ checkout, env: ENVIRONMENT });
    assert.equal(instance.level, isRoot && owner === 'self' ? 'uids' : 'namespaces');
    await t.test('sees its own folders and nothing else', () => seesItsOwn(instance, checkout));
    await t.test('leaves nothing that the next one runs', () => leavesNothing(instance));
    await t.test('signs in as itself alone', () => signsInAsItself(instance));
    await t.test('has a constant environment', () => hasConstantEnvironment(instance));
    await t.test('has no network, no rights and no core dumps', () => hasNothingElse(instance));
    await t.test('shares no namespace with the database server', () => {
      sharesNoNamespace(instance);
    });
  });

async function seesItsOwn(instance: TestInstance, checkout: TestCheckout): Promise<void> {
  const root = JSON.parse(String(await instance.ask('list', '/'))) as string[];
  assert.deepEqual(
    root.filter((name) => !/^(bin|sbin|lib\w*)$/.test(name)),
    ['dev', 'etc', 'opt', 'proc', 'run', 'tmp', 'usr', 'var'],
  );
  assert.equal(await instance.ask('list', '/run'), '["postgres"]');
  assert.equal(await instance.ask('list', '/var/lib'), '["holdfast","holdfast-removals","spaces"]');
  for (const path of [checkout.home, instance.folder, '/root', '/home', '/var/lib/postgres', '/etc/shadow'])
    assert.match(String(await instance.ask('list', path)), /refused: ENOENT/, path);
  const processes = JSON.parse(String(await instance.ask('list', '/proc'))) as string[];
  assert.deepEqual(
    processes.filter((name) => /^\d+$/.test(name)),
    ['1', '2'],
    'its own and the first',
  );
}

// What it could leave would run again after it was found out and restarted.
async function leavesNothing(instance: TestInstance): Promise<void> {
  for (const folder of [
    '/',
    '/opt/holdfast/hub/src',
    '/opt/holdfast/node_modules',
    '/var/cache/holdfast',
    '/etc',
  ])
    assert.match(String(await instance.ask('write', `${folder}/planted.ts`)), /refused: EROFS/, folder);
  assert.doesNotMatch(String(await instance.ask('write', '/var/lib/holdfast/planted')), /refused/);
}

async function signsInAsItself(instance: TestInstance): Promise<void> {
  const settings = (await instance.ask('settings')) as { postgres: { user: string } };
  assert.match(String(await instance.ask('signIn', settings.postgres.user)), /current_user/);
  for (const other of ['holdfast_superuser', 'holdfast_owner', 'postgres'])
    assert.match(String(await instance.ask('signIn', other)), /refused: password authentication failed/);
  for (const statement of ['alter system set fsync = off', 'create role intruder', 'set role holdfast_owner'])
    assert.match(String(await instance.ask('query', statement)), /refused: /, statement);
  for (const name of ['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums'])
    assert.match(String(await instance.ask('query', `show ${name}`)), /"on"/);
  assert.match(String(await instance.ask('query', 'show listen_addresses')), /""/);
}

async function hasConstantEnvironment(instance: TestInstance): Promise<void> {
  const environment = (await instance.ask('environment')) as Record<string, string>;
  const names = Object.keys(environment).filter((name) => name !== 'PWD');
  const ofMalloc = ['MALLOC_ARENA_MAX', 'MALLOC_MMAP_THRESHOLD_', 'MALLOC_TRIM_THRESHOLD_'];
  assert.deepEqual(names.sort(), ['LANG', ...ofMalloc, 'NODE_COMPILE_CACHE', 'PATH', 'TZ']);
  const looked = instance.descendants().filter(({ pid }) => {
    const shown = showOf(pid);
    assert.doesNotMatch(shown, /correct horse|NODE_OPTIONS|LD_LIBRARY_PATH/, `process ${String(pid)}`);
    return shown !== '';
  });
  for (const part of ['hub/src/main.ts', 'bin/postgres -D'])
    assert.ok(
      looked.some(({ command }) => command.includes(part)),
      part,
    );
}

/** What anybody who may look sees of a process. Sessions of PostgreSQL, among others, end while they are looked at. */
function showOf(pid: number): string {
  try {
    return ['environ', 'cmdline']
      .map((file) => readFileSync(`/proc/${String(pid)}/${file}`, 'latin1'))
      .join('');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

async function hasNothingElse(instance: TestInstance): Promise<void> {
  assert.match(String(await instance.ask('reach', `127.0.0.1 ${String(instance.port)}`)), /refused/);
  assert.match(String(await instance.ask('read', '/proc/self/coredump_filter')), /00000000/);
  assert.match(String(await instance.ask('read', '/proc/self/limits')), /Max core file size +[01] +[01] /);
  const status = String(await instance.ask('read', '/proc/self/status'));
  assert.match(status, /NoNewPrivs:\\t1/);
  // A filter of system calls holds for each of them, and for what they start.
  for (const part of ['hub/src/main.ts', 'bin/postgres -D', 'postgres: checkpointer']) {
    const theirs = readFileSync(`/proc/${String(instance.findChild(part))}/status`, 'latin1');
    assert.match(theirs, /^Seccomp:\t2$/m, part);
  }
  assert.match(status, /CapEff:\\t0{16}\\nCapBnd:\\t0{16}/);
}

function sharesNoNamespace(instance: TestInstance): void {
  const pids = ['hub/src/main.ts', 'bin/postgres -D'].map((part) => instance.findChild(part));
  for (const kind of ['pid', 'mnt', 'ipc', 'uts', 'cgroup', 'net']) {
    const seen = [...pids, 'self'].map((pid) => readlinkSync(`/proc/${String(pid)}/ns/${kind}`));
    assert.equal(new Set(seen).size, 3, kind);
  }
}

void test(
  'hub and database server are different users when started as root',
  { ...LIMIT, skip: !isRoot },
  async () => {
    using checkout = openTestCheckout('self');
    await using instance = await openInstance({ checkout });
    const uids = ['hub/src/main.ts', 'bin/postgres -D'].map((part) => uidOf(instance.findChild(part)));
    assert.equal(new Set([...uids, 0]).size, 3, `uids ${uids.join(', ')}`);
  },
);

void test(
  'an ordinary user without bubblewrap is told what that means',
  { ...LIMIT, skip: !isRoot },
  async () => {
    using checkout = openTestCheckout('user');
    await using instance = await openInstance({ checkout, withoutSandbox: true });
    assert.equal(instance.level, 'none');
    await instance.waitFor(/bubblewrap.*This means: whoever takes over one process can read/);
    assert.match(String(await instance.ask('query', 'select 1 as one')), /"one":1/);
  },
);

void test(
  'root without bubblewrap uses users alone, and refuses a checkout they cannot enter',
  { ...LIMIT, skip: !isRoot },
  async () => {
    using checkout = openTestCheckout('self');
    const closed = await new TestInstance({ checkout, withoutSandbox: true }).ended;
    assert.match(closed.error, /cannot enter .*checkout[\s\S]*What to do: install bubblewrap/);
    openTo(checkout);
    await using instance = await openInstance({ checkout, withoutSandbox: true });
    assert.equal(instance.level, 'uids');
    await instance.waitFor(/each still sees the files that this machine shows to everybody/);
    assert.match(String(await instance.ask('query', 'select 1 as one')), /"one":1/);
    assert.match(String(await instance.ask('list', join(instance.folder, 'postgres'))), /refused: EACCES/);
    assert.match(String(await instance.ask('list', `${instance.folder}.keys`)), /refused: EACCES/);
    const server = instance.findChild('bin/postgres -D');
    assert.match(String(await instance.ask('read', `/proc/${String(server)}/environ`)), /refused: EACCES/);
  },
);

void test(
  'what root left is given back to no ordinary user without a word',
  { ...LIMIT, skip: !isRoot },
  async () => {
    using checkout = openTestCheckout('user');
    const user = checkout.user;
    assert.ok(user !== undefined);
    await using first = await openInstance({ checkout });
    await first.ask('query', "insert into public.kept values ('kept')");
    await first.stop();
    const asRoot: TestCheckout = { ...checkout, user: undefined };
    await using second = await openInstance({ checkout: asRoot });
    assert.match(String(await second.ask('query', 'select value from public.kept')), /kept/);
    await second.stop();
    const third = await new TestInstance({ checkout }).ended;
    assert.match(third.error, /cannot be used: .* belongs to user \d+, and this is user \d+/);
    assert.ok(existsSync(join(first.folder, 'postgres', 'PG_VERSION')));
  },
);

void test(
  'a server of the operator is used as DATABASE_URL says, without a server of our own',
  LIMIT,
  async () => {
    using checkout = openTestCheckout('self');
    await using theirs = await openInstance({ checkout });
    const password = readFileSync(
      join(checkout.home, 'data.keys', 'postgres-superuser.password'),
      'utf8',
    ).trim();
    const socket = encodeURIComponent(join(theirs.folder, 'run', 'postgres'));
    const env = {
      DATABASE_URL: `postgres://holdfast_superuser:${password}@localhost/postgres?host=${socket}`,
    };
    await using ours = await openInstance({ checkout, folder: join(checkout.home, 'other'), env });
    assert.equal(ours.findChild('bin/postgres -D'), undefined);
    assert.match(String(await ours.ask('query', 'select current_user')), /holdfast_hub_/);
    assert.ok(!existsSync(join(ours.folder, 'postgres')));
  },
);

function uidOf(pid: number | undefined): string {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return /^Uid:\s+(\d+)/m.exec(status)?.[1] ?? 'unknown';
}

function openTo({ home }: TestCheckout): void {
  chmodSync(home, 0o755);
}
