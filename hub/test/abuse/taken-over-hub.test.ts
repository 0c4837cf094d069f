// Code that runs in the hub, at each level of separation: it can do what the hub's own role can do, and nothing more.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { plantIntruder } from '../harness/break-in.ts';
import { copyCheckout, giveFolder } from '../harness/checkout-copy.ts';
import { startInstance, type Instance } from '../harness/instance.ts';
import { listDescendants } from '../harness/processes.ts';
import { openScratch } from '../harness/scratch.ts';
import { isRoot, openTestUser } from '../harness/test-user.ts';
import { type Outcome } from './taken-over/attempt.ts';
import { type Order } from './taken-over/order.ts';

const LIMIT = { timeout: 240_000 };

async function buildTakenOver(folder: string): Promise<string> {
  const checkout = path.join(folder, 'checkout');
  await copyCheckout(checkout);
  await plantIntruder(checkout);
  return checkout;
}

/** Something of the machine that the hub must not reach: a port on loopback and an abstract socket. */
async function openBait(): Promise<{ port: number; name: string } & AsyncDisposable> {
  const name = `holdfast-bait-${process.pid}`;
  const servers = [createServer(), createServer()] as const;
  servers[0].listen(0, '127.0.0.1');
  servers[1].listen(`\0${name}`);
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const { port } = servers[0].address() as { port: number };
  return {
    port,
    name,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

async function orderFor(instance: Instance, bait: { port: number; name: string }): Promise<Order> {
  const { data } = instance;
  const keys = `${data}.keys`;
  const names = (await readdir(keys)).filter((name) =>
    /(superuser|owner|notary|vault)\.password$/.test(name),
  );
  assert.equal(names.length, 4);
  const digests = await Promise.all(
    names.map(async (name) => {
      const text = (await readFile(path.join(keys, name), 'utf8')).trim();
      return [name, createHash('sha256').update(text).digest('hex')] as const;
    }),
  );
  const inData = [
    'instance',
    'logs/hub.log',
    'lock',
    'run/admin.sock',
    'postgres/PG_VERSION',
    'postgres/base',
  ];
  return {
    pids: [instance.pid, process.pid, ...(await strangersOf(instance))],
    paths: [
      ...names.map((name) => path.join(keys, name)),
      ...['', 'signing.key', 'last-signed.json'].map((name) => path.join(keys, 'notary', name)),
      ...(await ofVault(keys)),
      keys,
      data,
      ...inData.map((name) => path.join(data, name)),
    ],
    digests: Object.fromEntries(digests),
    abstract: bait.name,
    port: bait.port,
    uids: [0, 65534],
  };
}

/** The root key, the key for boxes, and the journal. */
async function ofVault(keys: string): Promise<string[]> {
  const names = await readdir(path.join(keys, 'vault'));
  for (const one of [/^root\.key$/, /^box-.*\.key$/, /^journal-.*\.jsonl$/])
    assert.ok(
      names.some((name) => one.test(name)),
      `${one} is there`,
    );
  return ['', ...names].map((name) => path.join(keys, 'vault', name));
}

/** What the instance started, but the hub and the sandbox around it. */
async function strangersOf(instance: Instance): Promise<number[]> {
  const all = await listDescendants(instance.pid);
  const strangers = all.filter(({ command }) => !command.includes('hub/src/main.ts')).map(({ pid }) => pid);
  assert.ok(strangers.length >= 5, 'PostgreSQL and its sessions are among them');
  return strangers;
}

async function ask(instance: Instance, what: string, order: Order): Promise<Outcome[]> {
  const answer = await fetch(`${instance.url}/taken-over/${what}`, {
    method: 'POST',
    body: JSON.stringify(order),
  });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return JSON.parse(text) as Outcome[];
}

// A refusal for another reason (a misspelt statement, a program that is missing) would prove nothing.
const REASONS: Readonly<Record<string, RegExp>> = {
  processes:
    /ENOENT|EACCES|EPERM|ESRCH|EINVAL|No such process|not permitted|No such file|ermission denied|^none$|never again/,
  files:
    /ENOENT|EACCES|EPERM|EROFS|ENOTDIR|EXDEV|ELOOP|ermission denied|not permitted|Read-only|invalid argument|target is busy|must be superuser|not mounted/i,
  'system-calls': /^(?:EPERM|.*Operation not permitted|.*Function not implemented)/s,
  memory: /not there/,
  'sign-in': /^(28P01|28000|42501|3D000|55000) |password must be a string|password authentication/,
  database: /^(42501|01007|0LP01|42809|42704|P0001|0A000|55006|2BP01|25001|22023|58P01|55000) /,
  // No answer, because there is no such word; no more answers; or, of the one who has done nothing, that they have theirs.
  seeds: /^(nothing was said|too-many: |invalid: |others have their tries$)/,
  sockets: /ENOENT|ECONNREFUSED|EACCES|EPERM|ENETUNREACH|EADDRNOTAVAIL|silence/,
};

for (const owner of ['root', 'user'] as const) {
  const skip = owner === 'root' && !isRoot ? 'only root can start it as root' : false;
  void test(
    `a taken-over hub reaches nothing beyond its own role, started as ${owner}`,
    { ...LIMIT, skip },
    async (t) => {
      await using scratch = await openScratch('taken-over');
      await using user = owner === 'user' && isRoot ? await openTestUser(scratch.path) : undefined;
      const checkout = await buildTakenOver(scratch.path);
      await mkdir(path.join(scratch.path, 'home'));
      const folder = path.join(scratch.path, 'home');
      if (user !== undefined) for (const one of [scratch.path, folder]) await giveFolder(one, user);
      await using bait = await openBait();
      const options = { checkout, folder, ...(user && { user }) };
      await using instance = await startInstance(options);
      assert.equal(instance.level, owner === 'root' ? 'uids' : 'namespaces');
      const order = await orderFor(instance, bait);
      // There is a revoked token that could be brought back to life.
      await instance.createToken({ user: 'admin', role: 'read' });
      await instance.revokeTokens('admin');

      await t.test('what the hub may do works', async () => {
        const failed = (await ask(instance, 'controls', order)).filter(({ succeeded }) => !succeeded);
        assert.deepEqual(failed, []);
      });
      for (const [what, reasons] of Object.entries(REASONS))
        await t.test(what, async () => {
          const outcomes = await ask(instance, what, order);
          assert.ok(outcomes.length > 1, 'something was tried');
          t.diagnostic(`${what}: ${outcomes.length} attempts`);
          const wrong = outcomes.filter(({ succeeded, detail }) => succeeded || !reasons.test(detail));
          assert.deepEqual(wrong, []);
        });
      await t.test('only the socket of PostgreSQL is in its world', async () => {
        const found = (await ask(instance, 'list-sockets', order)) as unknown as string[];
        assert.equal(found.length, 1, found.join(' '));
        assert.match(found[0] ?? '', /\/\.s\.PGSQL\.5432$/);
      });
      await t.test('the supervisor gives up on a hub that talks nonsense, and starts another', async () => {
        const before = await instance.hubPid();
        // It may be gone before it has answered.
        await ask(instance, 'shout', order).catch(() => undefined);
        const giveUp = Date.now() + 60_000;
        // Between the two there is none, also where the one before has just answered.
        const present = async (): Promise<number> => await instance.hubPid().catch(() => before);
        while (!(await serves(instance)) || (await present()) === before) {
          assert.ok(Date.now() < giveUp, 'there is another hub');
          await delay(100);
        }
      });
      await t.test('what it sets for its own role is gone at the next start', async () => {
        const left = await ask(instance, 'leave', order);
        assert.deepEqual(
          left.filter(({ succeeded }) => !succeeded),
          [],
          'every role may do this',
        );
        await instance[Symbol.asyncDispose]();
        await using next = await startInstance(options);
        assert.deepEqual(await ask(next, 'read-leftovers', order), []);
      });
    },
  );
}

async function serves(instance: Instance): Promise<boolean> {
  return await fetch(`${instance.url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );
}
