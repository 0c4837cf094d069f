// Whatever is killed, at whatever moment: nothing is left running, nothing stored is lost, the next start works.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isRoot, openTestCheckout } from './harness/checkout.ts';
import { openInstance, survivors, TestInstance, type InstanceOptions } from './harness/instance.ts';

const LIMIT = { timeout: 120_000 };
const variants: readonly { name: string; owner: 'self' | 'user'; withoutSandbox: boolean }[] = [
  { name: 'as self', owner: 'self', withoutSandbox: false },
  ...(isRoot
    ? ([
        { name: 'as an ordinary user', owner: 'user', withoutSandbox: false },
        { name: 'as an ordinary user without sandboxes', owner: 'user', withoutSandbox: true },
      ] as const)
    : []),
];

for (const { name, owner, withoutSandbox } of variants) {
  void test(
    `a killed supervisor takes all its children along, and the next start has everything, ${name}`,
    LIMIT,
    async () => {
      using checkout = openTestCheckout(owner);
      const options: InstanceOptions = { checkout, withoutSandbox };
      await using first = await openInstance(options);
      assert.equal(first.level === 'none', withoutSandbox);
      await first.ask('query', "insert into public.kept values ('told done')");
      const pids = first.descendants().map(({ pid }) => pid);
      assert.ok(pids.length > 4);
      first.signal('SIGKILL');
      await first.ended;
      assert.deepEqual(await survivors(pids), []);

      await using second = await openInstance(options);
      assert.match(String(await second.ask('query', 'select value from public.kept')), /told done/);
    },
  );
}

void test('killing everything at once loses nothing that was told done', LIMIT, async () => {
  using checkout = openTestCheckout('self');
  await using first = await openInstance({ checkout });
  await first.ask('query', "insert into public.kept values ('told done')");
  const pids = first.descendants().map(({ pid }) => pid);
  for (const pid of [first.pid, ...pids]) tryKill(pid);
  await first.ended;
  assert.deepEqual(await survivors(pids), []);
  await using second = await openInstance({ checkout });
  assert.match(String(await second.ask('query', 'select value from public.kept')), /told done/);
});

void test('a hub that is killed is started again on the sockets that stayed bound', LIMIT, async () => {
  using checkout = openTestCheckout('self');
  await using instance = await openInstance({ checkout });
  const hub = instance.findChild('hub/src/main.ts');
  assert.ok(hub !== undefined);
  tryKill(hub);
  await instance.waitFor(/hub ended \(SIGKILL|hub ended \(code 137/);
  // Waits in the socket's queue until the next hub takes it.
  assert.match(String(await instance.ask('query', 'select 1 as one')), /"one":1/);
  await instance.waitFor(/hub runs again/);
  assert.notEqual(instance.findChild('hub/src/main.ts'), hub);
});

void test('a hub that garbles its channel is ended at once and another takes its place', LIMIT, async (t) => {
  using checkout = openTestCheckout('self');
  await using instance = await openInstance({ checkout });
  const garbler = instance.findChild('hub/src/main.ts');
  const shoutedAt = Date.now();
  // It may be gone before it has answered.
  await instance.ask('shout', 'not JSON\n').catch(() => undefined);
  await instance.waitFor(/hub ended \((?:SIGKILL|code 137)\)/);
  const gone = Date.now() - shoutedAt;
  assert.match(String(await instance.ask('query', 'select 1 as one')), /"one":1/);
  t.diagnostic(`gone after ${String(gone)} ms, replaced after ${String(Date.now() - shoutedAt)} ms`);
  assert.ok(gone < 2000, `gone after ${String(gone)} ms`);
  await instance.waitFor(/hub runs again/);
  assert.notEqual(instance.findChild('hub/src/main.ts'), garbler);
});

void test('a database server that is killed is started again and has everything', LIMIT, async () => {
  using checkout = openTestCheckout('self');
  await using instance = await openInstance({ checkout });
  await instance.ask('query', "insert into public.kept values ('told done')");
  const server = instance.findChild('bin/postgres -D');
  assert.ok(server !== undefined);
  tryKill(server);
  await instance.waitFor(/postgres runs again/);
  assert.match(String(await instance.ask('query', 'select value from public.kept')), /told done/);
});

void test('a start killed while the database is made is finished by the next', LIMIT, async () => {
  using checkout = openTestCheckout('self');
  for (const moment of [150, 500, 900]) {
    await using first = new TestInstance({ checkout });
    while (!existsSync(join(first.folder, 'postgres.new')) && !existsSync(join(first.folder, 'postgres')))
      await delay(5);
    await delay(moment);
    first.signal('SIGKILL');
    await first.ended;
  }
  await using second = await openInstance({ checkout });
  assert.match(String(await second.ask('query', 'select 1 as one')), /"one":1/);
  assert.equal(existsSync(join(second.folder, 'postgres.new')), false);
});

void test('a pid file that names a process of somebody else stops no start', LIMIT, async () => {
  using checkout = openTestCheckout(isRoot ? 'user' : 'self');
  const options: InstanceOptions = { checkout, withoutSandbox: isRoot };
  await using first = await openInstance(options);
  const server = first.findChild('bin/postgres -D');
  assert.ok(server !== undefined);
  first.signal('SIGKILL');
  await first.ended;
  assert.deepEqual(await survivors([server]), []);
  const file = join(first.folder, 'postgres', 'postmaster.pid');
  const text = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, [String(process.pid), ...text.slice(1)].join('\n'));
  await using second = await openInstance(options);
  assert.match(String(await second.ask('query', 'select 1 as one')), /"one":1/);
});

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went with another one.
  }
}
