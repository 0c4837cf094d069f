// The operator's commands over the ledger against a real instance, as they are typed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startInstance, type Instance } from '../../harness/instance.ts';
import { listDescendants } from '../../harness/processes.ts';
import { plainEnvironment, ROOT } from '../../harness/program.ts';

const LIMIT = { timeout: 180_000 };

interface Line {
  readonly kind: string;
  readonly subject: string;
  readonly index?: number;
  readonly personal: Readonly<Record<string, string>>;
}

function parse(stdout: string): Line[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

interface Tail extends AsyncDisposable {
  readonly lines: readonly Line[];
}

/** `ledger tail` in the background, as somebody leaves it in a terminal. */
function openTail(instance: Instance, ...words: readonly string[]): Tail {
  const env = plainEnvironment({ HOLDFAST_DATA: instance.data });
  const child = spawn(path.join(ROOT, 'holdfast'), ['ledger', 'tail', '--lines', ...words], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: Line[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as Line));
  return {
    lines,
    [Symbol.asyncDispose]: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      // The launcher and what it runs.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await ended;
    },
  };
}

async function until(holds: () => boolean): Promise<void> {
  const began = Date.now();
  while (!holds()) {
    assert.ok(Date.now() - began < 30_000, 'in time');
    await delay(50);
  }
}

void test(
  'entries are listed as lines, followed over a restart, and lose what is personal',
  LIMIT,
  async () => {
    await using instance = await startInstance();
    await instance.createUser('ada');
    for (let n = 0; n < 3; n += 1) await instance.createToken({ user: 'ada', role: 'read' });
    const listed = parse((await instance.command('ledger', 'list', '--kind', 'token.', '--lines')).stdout);
    assert.deepEqual(new Set(listed.map(({ kind }) => kind)), new Set(['token.issued']));
    const { length } = listed;
    assert.ok(length >= 3);
    assert.equal(
      parse((await instance.command('ledger', 'list', '--lines', '--limit', '2')).stdout).length,
      2,
    );

    await using tail = openTail(instance, '--from', '0', '--kind', 'token.');
    await until(() => tail.lines.length === length);
    process.kill(await instance.hubPid(), 'SIGKILL');
    await until(() => instance.output.includes('hub runs again'));
    await instance.createToken({ user: 'ada', role: 'write' });
    await until(() => tail.lines.length === length + 1);
    assert.deepEqual(
      tail.lines.slice(0, length).map(({ subject }) => subject),
      listed.map(({ subject }) => subject).toReversed(),
      'each once, the oldest first',
    );

    const without = await instance.command('ledger', 'erase');
    assert.equal(without.status, 2, without.stderr);
    const erased = await instance.command('ledger', 'erase', '--kind', 'account.created', '--json');
    assert.equal(erased.status, 0, erased.stderr);
    assert.ok((JSON.parse(erased.stdout) as { erased: number }).erased > 0);
    const [ada] = parse(
      (await instance.command('ledger', 'list', '--kind', 'account.created', '--lines')).stdout,
    );
    assert.deepEqual(ada?.personal, {});
    assert.equal((await instance.command('ledger', 'verify')).status, 0);
  },
);

void test('a notary that stands still is told by the gauge and, once, by the log', LIMIT, async () => {
  await using instance = await startInstance();
  const token = await instance.createToken({ user: 'admin', role: 'read' });
  const gauge = async (name: string): Promise<number> => {
    const answer = await fetch(`${instance.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    const line = new RegExp(`^holdfast_ledger_${name} (.+)$`, 'm').exec(await answer.text());
    return Number(line?.[1] ?? Number.NaN);
  };
  const log = async (): Promise<string> =>
    await readFile(path.join(instance.data, 'logs', 'hub.log'), 'utf8');
  const count = async (text: string): Promise<number> => (await log()).split(text).length - 1;
  const untilSaid = async (text: string): Promise<void> => {
    for (const giveUp = Date.now() + 60_000; (await count(text)) === 0; await delay(200))
      assert.ok(Date.now() < giveUp, text);
  };
  assert.ok((await gauge('ordered_entries')) > 0);
  const notary = (await listDescendants(instance.pid)).find(
    ({ node, command }) => node && /notary\/src\/main\.ts/.test(command),
  );
  assert.ok(notary);
  process.kill(notary.pid, 'SIGSTOP');
  try {
    await instance.createToken({ user: 'admin', role: 'read' });
    await untilSaid('the notary is behind');
    assert.ok((await gauge('lag_seconds')) > 5);
  } finally {
    process.kill(notary.pid, 'SIGCONT');
  }
  await untilSaid('the notary has caught up');
  assert.ok((await gauge('lag_seconds')) < 5);
  assert.equal(await count('the notary is behind'), 1);
});
