// A start that accepts a loss is killed after the notary noted it, and before the hub ended what may have been used since: the next
// start, which says nothing of it, goes on.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { startInstance, type Instance } from '../harness/instance.ts';
import { listDescendants } from '../harness/processes.ts';
import { plainEnvironment, ROOT } from '../harness/program.ts';
import { openScratch } from '../harness/scratch.ts';
import { openSuperuser } from '../harness/superuser.ts';

const MINUTE = 60_000;

/** An invitation that is open, and lasts. */
async function invite(instance: Instance): Promise<void> {
  await using superuser = await openSuperuser(instance);
  await superuser.pool.query(
    `insert into identity.invitation (id, digest, email, created_at, expires_at)
     values ('0123456789abcdef01234567', repeat('0', 64), 'bob@example.org', now(), now() + interval '1 day')`,
  );
}

async function askInstance(
  instance: Instance,
): Promise<{ readonly open: number; readonly accepted: string[] }> {
  await using superuser = await openSuperuser(instance);
  const { rows: open } = await superuser.pool.query<{ n: number }>(
    'select count(*)::int as n from identity.invitation where revoked_at is null',
  );
  const { rows: accepted } = await superuser.pool.query<{ why: string }>(
    `select body::jsonb ->> 'why' as why from ledger.entry where kind = 'instance.loss-accepted' order by at`,
  );
  return { open: open[0]?.n ?? -1, accepted: accepted.map(({ why }) => why) };
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUp = Date.now() + 2 * MINUTE;
  while (!(await holds())) {
    assert.ok(Date.now() < giveUp, what);
    await delay(10);
  }
}

/** Holds what the hub is to end, as soon as the database takes connections. */
async function holdTokens(data: string): Promise<pg.Client> {
  const password = (await readFile(`${data}.keys/postgres-superuser.password`, 'utf8')).trim();
  const host = path.join(data, 'run', 'postgres');
  for (;;) {
    const client = new pg.Client({
      host,
      port: 5432,
      database: 'holdfast',
      user: 'holdfast_superuser',
      password,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('begin');
      await client.query('lock table oauth.refresh in share mode');
      return client;
    } catch {
      await delay(20);
    }
  }
}

/** Starts with `--accept-loss`, and kills all of it once the notary has noted the loss. */
async function acceptHalf(data: string): Promise<void> {
  const child = spawn(path.join(ROOT, 'holdfast'), ['start', '--accept-loss'], {
    env: plainEnvironment({ HOLDFAST_DATA: data, HOLDFAST_PORT: '0' }),
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const held = await holdTokens(data);
  const last = path.join(`${data}.keys`, 'notary', 'last-signed.json');
  await until('the notary begins a new epoch', async () =>
    /"epoch":2\b/.test(await readFile(last, 'utf8').catch(() => '')),
  );
  const pid = child.pid ?? 0;
  for (const one of [{ pid }, ...(await listDescendants(pid))]) {
    try {
      process.kill(one.pid, 'SIGKILL');
    } catch {
      // It ended with those before it.
    }
  }
  await ended;
  await held.end().catch(() => undefined);
}

void test(
  'a loss that was accepted half is accepted by the next start',
  { timeout: 10 * MINUTE },
  async () => {
    await using scratch = await openScratch('loss-kill');
    const folder = scratch.path;
    const data = path.join(folder, 'data');
    const [postgres, backup] = [path.join(data, 'postgres'), path.join(folder, 'backup')];
    {
      await using first = await startInstance({ folder });
      await invite(first);
    }
    await cp(postgres, backup, { recursive: true, preserveTimestamps: true });
    {
      await using second = await startInstance({ folder });
      await second.createUser('ada');
    }
    await rm(postgres, { recursive: true });
    await rename(backup, postgres);
    await acceptHalf(data);
    assert.ok(existsSync(path.join(data, 'accepting-loss')));
    {
      await using third = await startInstance({ folder });
      assert.match(third.output, /a start that accepted one was broken off/);
      assert.deepEqual(await askInstance(third), { open: 0, accepted: ['interrupted'] });
      assert.equal((await fetch(`${third.url}/readyz`)).status, 200);
    }
    await using fourth = await startInstance({ folder });
    assert.doesNotMatch(fourth.output, /broken off/);
    assert.deepEqual(await askInstance(fourth), { open: 0, accepted: ['interrupted'] });
  },
);
