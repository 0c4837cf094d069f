// Starting and stopping, with the real PostgreSQL: as whoever runs the tests, and as an ordinary user.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { isRoot, openTestCheckout } from './harness/checkout.ts';
import { openInstance, survivors, TestInstance } from './harness/instance.ts';

// How much longer things take because other programs want the same processors.
const crowding = (): number => Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
const LIMIT = { timeout: 120_000 };
const owners = isRoot ? (['self', 'user'] as const) : (['self'] as const);

for (const owner of owners) {
  void test(
    `superviseInstance() serves, stops clean and starts again in under 3 s, as ${owner}`,
    LIMIT,
    async () => {
      using checkout = openTestCheckout(owner);
      await using first = await openInstance({ checkout });
      assert.match(String(first.level), /^(uids|namespaces)$/);
      assert.match(
        String(await first.ask('query', "insert into public.kept values ('a') returning value")),
        /"a"/,
      );
      const pids = first.descendants().map(({ pid }) => pid);
      assert.ok(pids.length > 4, 'there are processes whose end can be seen');
      assert.deepEqual((await first.stop()).code, 0);
      assert.deepEqual(await survivors(pids), []);
      assert.equal(existsSync(join(first.folder, 'run')), false);

      const began = Date.now();
      await using second = await openInstance({ checkout });
      const took = Date.now() - began;
      assert.ok(took < 3_000 * crowding(), `took ${String(took)} ms`);
      assert.match(String(await second.ask('query', 'select value from public.kept')), /"a"/);
    },
  );

  void test(`superviseInstance() works with a data directory of any length, as ${owner}`, LIMIT, async () => {
    using checkout = openTestCheckout(owner);
    const folder = join(checkout.home, 'x'.repeat(120), 'y y'.repeat(40), 'data');
    if (checkout.user === undefined) mkdirSync(join(folder, '..'), { recursive: true });
    await using instance = await openInstance({ checkout, folder });
    assert.match(String(await instance.ask('query', 'select 1 as one')), /"one":1/);
    assert.ok(statSync(join(folder, 'run', 'admin.sock')).isSocket());
  });
}

void test(
  'superviseInstance() refuses a second instance on one data directory and names the first',
  LIMIT,
  async () => {
    using checkout = openTestCheckout('self');
    await using first = await openInstance({ checkout });
    const second = await new TestInstance({ checkout }).ended;
    assert.equal(second.code, 1);
    assert.match(second.error, new RegExp(`already runs on .*process ${String(first.pid)}`));
    assert.match(String(await first.ask('query', 'select 1 as one')), /"one":1/);
  },
);

void test('superviseInstance() says so when the port is taken', LIMIT, async () => {
  using checkout = openTestCheckout('self');
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  try {
    const { port } = other.address() as { port: number };
    const { code, error } = await new TestInstance({ checkout, env: { HOLDFAST_PORT: String(port) } }).ended;
    assert.equal(code, 1);
    assert.match(error, new RegExp(`cannot listen on 127.0.0.1 port ${String(port)}: another program`));
    assert.match(error, /What to do: .*HOLDFAST_PORT/);
  } finally {
    other.close();
  }
});

void test(
  'superviseInstance() refuses the files of another PostgreSQL, lost keys and a folder of something else',
  LIMIT,
  async () => {
    using checkout = openTestCheckout('self');
    await using first = await openInstance({ checkout });
    await first.stop();
    const versionFile = join(first.folder, 'postgres', 'PG_VERSION');
    writeFileSync(versionFile, '17\n');
    const upgraded = await new TestInstance({ checkout }).ended;
    assert.match(upgraded.error, /made by PostgreSQL 17.* brings 18[\s\S]*What to do: dump/);
    writeFileSync(versionFile, '18\n');

    const env = { HOLDFAST_KEYS: join(checkout.home, 'elsewhere') };
    const lost = await new TestInstance({ checkout, env }).ended;
    assert.match(lost.error, /the key file .*elsewhere.* is missing/);

    const foreign = await new TestInstance({ checkout, folder: checkout.home }).ended;
    assert.match(foreign.error, /holds "checkout", which is not Holdfast's/);
  },
);

void test('a start refuses a data directory that cannot be one in words, and at once', LIMIT, async () => {
  using checkout = openTestCheckout(isRoot ? 'user' : 'self');
  const file = join(checkout.home, 'a-file');
  writeFileSync(file, '');
  const wanted: [folder: string, said: RegExp][] = [
    [file, /a-file cannot be used: it is not a folder/],
    [join(file, 'below'), /something above it is not a folder/],
    // The kernel's own folder takes none.
    ['/proc/holdfast', /\/proc\/holdfast cannot be used: it cannot be made/],
    ['/dev/null', /it is not a folder/],
  ];
  if (isRoot) {
    const roots = join(checkout.home, 'roots');
    mkdirSync(roots, { mode: 0o755 });
    mkdirSync(join(roots, 'data'), { mode: 0o700 });
    writeFileSync(join(roots, 'data', 'config.json'), '{}', { mode: 0o600 });
    wanted.push([join(roots, 'data'), /it belongs to user 0, and this is user \d+/]);
    wanted.push([join(roots, 'data', 'below'), /a folder above it is closed to user \d+/]);
    mkdirSync(join(roots, 'open'), { mode: 0o755 });
    writeFileSync(join(roots, 'open', 'config.json'), '{}', { mode: 0o600 });
    wanted.push([join(roots, 'open'), /it belongs to user 0, and this is user \d+/]);
  }
  for (const [folder, said] of wanted) {
    const began = Date.now();
    const { code, error } = await new TestInstance({ checkout, folder }).ended;
    assert.match(error, said, folder);
    assert.doesNotMatch(error, /^ {4}at /m, folder);
    assert.equal(code, 1, folder);
    assert.ok(Date.now() - began < 10_000 * crowding(), folder);
  }
});

void test(
  'superviseInstance() leaves a generated password in a 0600 file outside the data, once',
  LIMIT,
  async () => {
    using checkout = openTestCheckout('self');
    const file = join(checkout.home, 'data.keys', 'admin.password');
    await using first = await openInstance({ checkout });
    const password = readFileSync(file, 'utf8').trim();
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.ok(!first.output.includes(password), 'it is not in the output');
    assert.match(JSON.stringify(await first.ask('self')), new RegExp(password));
    await first.stop();
    writeFileSync(file, '');
    await using second = await openInstance({ checkout });
    assert.equal(readFileSync(file, 'utf8'), '');
    assert.doesNotMatch(JSON.stringify(await second.ask('self')), /adminPassword/);
  },
);

void test('a start whose hub does not come up ends, with all that was launched', LIMIT, async () => {
  using checkout = openTestCheckout('self');
  const main = join(checkout.path, 'hub/src/main.ts');
  rmSync(main);
  writeFileSync(main, "throw new Error('this hub does not start');\n");
  const { code, error } = await new TestInstance({ checkout }).ended;
  assert.equal(code, 1);
  assert.match(error, /hub/);
});

void test('superviseInstance() ends at once when it is asked twice', LIMIT, async () => {
  using checkout = openTestCheckout('self');
  await using instance = await openInstance({ checkout });
  await instance.ask('stubborn');
  const pids = instance.descendants().map(({ pid }) => pid);
  const began = Date.now();
  instance.signal('SIGINT');
  instance.signal('SIGTERM');
  assert.equal((await instance.ended).code, 0);
  assert.ok(Date.now() - began < 8_000, 'sooner than the hub would have been given up');
  assert.deepEqual(await survivors(pids), []);
});
