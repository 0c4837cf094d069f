// What the hub and PostgreSQL ask of the system while a large file comes in, seen with strace (Debian: strace): the
// bytes are on disk under their name before the database is asked to commit the row that speaks of them, and the
// client hears of it only after that commit is on disk, too.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startInstance, type Instance } from '../harness/instance.ts';
import { put, sampleOf, uploadLink, type Sample } from '../harness/lfs.ts';
import { listDescendants } from '../harness/processes.ts';
import { plainEnvironment } from '../harness/program.ts';
import { openScratch } from '../harness/scratch.ts';
import { untilTrue } from '../harness/vault-doors.ts';
import { type TestXorb } from '../harness/xet-encode.ts';
import { openXet, putXorb, xetSample } from '../harness/xet.ts';

const LIMIT = { timeout: 120_000 };
const CALLS =
  'pwrite64,pwritev,write,writev,sendmsg,sendto,recvfrom,read,fsync,fdatasync,rename,renameat,renameat2';

/** One system call: its text, and where in the log it began and ended. */
interface Call {
  text: string;
  readonly pid: string;
  readonly began: number;
  ended: number;
}

/** The calls in the order in which they began. One that another thread interrupts fills two lines. */
function parseTrace(log: string): readonly Call[] {
  const calls: Call[] = [];
  const unfinished = new Map<string, Call>();
  for (const [index, line] of log.split('\n').entries()) {
    const [, pid = '', text = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const resumed = text.startsWith('<...') ? unfinished.get(pid) : undefined;
    if (resumed !== undefined) {
      // What a call receives is said where it ends.
      resumed.text += text;
      resumed.ended = index;
      unfinished.delete(pid);
      continue;
    }
    const call = { text, pid, began: index, ended: text.includes('<unfinished ...>') ? Infinity : index };
    calls.push(call);
    if (call.ended === Infinity) unfinished.set(pid, call);
  }
  return calls;
}

/** Whether each thread of a process is traced, or the process has ended. */
function isFollowed(pid: number): boolean {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.every(
      (thread) => !readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8').includes('TracerPid:\t0\n'),
    );
  } catch {
    return true;
  }
}

/** Follows the hub and every process of PostgreSQL. Undefined where the system does not let us. */
async function follow(instance: Instance, log: string): Promise<ChildProcess | undefined> {
  const all = await listDescendants(instance.pid);
  const pids = all
    .filter(
      ({ node, command }) =>
        (node && command.includes('hub/src/main.ts')) || /^postgres:|\/bin\/postgres /.test(command),
    )
    .map(({ pid }) => pid);
  assert.ok(pids.length > 5, 'the hub and PostgreSQL with its sessions');
  const args = ['-f', '-yy', '-qq', '-s', '600', '-e', `trace=${CALLS}`, '-o', log];
  const strace = spawn('strace', [...args, ...pids.flatMap((pid) => ['-p', String(pid)])], {
    env: plainEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  strace.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const isRefused = (): boolean => /not permitted/.test(said) || strace.exitCode !== null;
  await untilTrue('all of them are followed', () => isRefused() || pids.every(isFollowed));
  await delay(1500);
  if (!isRefused()) return strace;
  strace.kill();
  return undefined;
}

async function upload(instance: Instance, sample: Sample, xorb: TestXorb): Promise<void> {
  const token = await instance.createToken({ user: 'admin', role: 'write' });
  const made = await fetch(`${instance.url}/api/repos/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'model', name: 'traced' }),
  });
  assert.equal(made.status, 200);
  const href = await uploadLink(instance, { token, repo: 'admin/traced', sample });
  assert.equal((await put(href, sample.bytes)).status, 200);
  const session = await openXet(instance, { token, repo: 'admin/traced' }, 'write');
  assert.equal((await putXorb(session, xorb)).status, 200);
}

/**
 * Asserts that one upload was written, synced, named, and only then committed and answered. The row of a large file is
 * not even written before the bytes have their name; that of a xorb is, so that who is refused leaves no bytes.
 */
function assertOrder(
  calls: readonly Call[],
  wanted: { readonly renamed: RegExp; readonly told: RegExp; readonly rowFirst: boolean },
): void {
  const find = (what: string, matches: (call: Call) => boolean, after = -1): Call => {
    const found = calls.find((call) => call.began > after && matches(call));
    assert.ok(found, `there is no ${what}`);
    return found;
  };
  const renamed = find('rename', ({ text }) => text.startsWith('rename') && wanted.renamed.test(text));
  const [, from = '', to = ''] = /"([^"]+)".*"([^"]+)"/.exec(renamed.text) ?? [];
  const ofFile = (pattern: RegExp) => (call: Call) =>
    pattern.test(call.text) && call.text.includes(`${from}>`);
  const written = calls.findLast(ofFile(/^(pwrite|write)/));
  assert.ok(written, 'the file was written');
  const synced = find('sync of the file', ofFile(/^f(data)?sync\(/), written.began);
  const directory = find(
    'sync of the directory',
    ({ text }) => text.startsWith('fsync(') && text.includes(`${path.dirname(to)}>`),
    renamed.began,
  );
  const told = find(
    'statement that registers the object',
    ({ text }) =>
      // The table by its name: the queue's own insert at start-up holds the word too, in the name of a task.
      /^(write|writev|sendmsg|sendto)\(/.test(text) && wanted.told.test(text),
  );
  const socket = /^\w+\((\d+)</.exec(told.text)?.[1];
  const committed = find(
    'commit',
    ({ text, pid }) =>
      pid === told.pid && new RegExp(`^(write|writev|sendmsg|sendto)\\(${socket}<.*commit`, 'i').test(text),
    told.began,
  );
  const session = find(
    'statement as PostgreSQL hears it',
    ({ text, pid }) => pid !== told.pid && text.startsWith('recvfrom(') && wanted.told.test(text),
    told.began - 1,
  ).pid;
  const heard = find(
    'commit as PostgreSQL hears it',
    ({ text, pid }) => pid === session && /^recvfrom\(.*commit/i.test(text),
    committed.began - 1,
  );
  const acknowledged = find(
    'acknowledgement by PostgreSQL',
    ({ text, pid }) => pid === session && text.startsWith('sendto('),
    heard.began,
  );
  // A session of PostgreSQL whose record another one has written along with its own asks for no sync itself.
  const syncs = calls.filter(
    ({ text, began, ended }) =>
      /^fdatasync\(.*pg_wal/.test(text) && began > heard.began && ended < acknowledged.began,
  );
  const durable = syncs.find(({ pid }) => pid === session) ?? syncs[0];
  assert.ok(durable, `there is no sync of the write-ahead log before ${acknowledged.text}`);
  const answered = find(
    'answer',
    ({ text, pid }) => pid === told.pid && /^(write|writev|sendmsg|sendto)\(.*HTTP\/1\.1 200/.test(text),
    committed.began,
  );
  const named = { renamed, directory };
  const placed = wanted.rowFirst ? { told, ...named } : { ...named, told };
  const order = { written, synced, ...placed, committed, durable, answered };
  const steps = Object.entries(order);
  for (const [index, [name, call]] of steps.slice(1).entries()) {
    const [before, earlier] = steps[index] ?? assert.fail();
    assert.ok(
      earlier.ended < call.began,
      `${before} ended before ${name} began:\n${earlier.text}\n${call.text}`,
    );
  }
}

void test(
  'an upload is on disk before the database hears of it, and that before the client does',
  LIMIT,
  async (t) => {
    await using scratch = await openScratch('commit-order');
    await using instance = await startInstance();
    const log = path.join(scratch.path, 'strace.log');
    const strace = await follow(instance, log);
    if (strace === undefined) {
      t.skip('this system does not let this user trace processes in sandboxes');
      return;
    }
    const sample = sampleOf(3_000_000);
    const { xorb } = xetSample(8, 100_000);
    await upload(instance, sample, xorb);
    const ended = once(strace, 'exit');
    strace.kill('SIGINT');
    await ended;
    const calls = parseTrace(await readFile(log, 'utf8'));
    await t.test('a large file', () =>
      assertOrder(calls, {
        renamed: new RegExp(`/${sample.oid}"`),
        told: /insert into blobs\.object/,
        rowFirst: false,
      }),
    );
    await t.test('a xorb', () =>
      assertOrder(calls, {
        renamed: /\/packs\/..\/..\/[0-9a-f]{64}"/,
        told: /insert into \\"xet\\"\.\\"xorb\\"/,
        rowFirst: true,
      }),
    );
  },
);
