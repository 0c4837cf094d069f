// An app that took the place of the program inside its sandbox, and says whatever it wants on its channel.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair, PassThrough, type Duplex } from 'node:stream';
import { test } from 'node:test';
import { newId } from '@holdfast/kernel/id';
import { Channel } from '@holdfast/platform/channel';
import { openLog } from '@holdfast/platform/log';
import { type Exit } from '@holdfast/platform/process';
import { type Want } from '../src/frames.ts';
import { LogLines } from '../src/runs/log-lines.ts';
import { Run, type RunGround, type RunPlan } from '../src/runs/run.ts';
import { Tickets } from '../src/secrets/tickets.ts';
import { VaultLink } from '../src/secrets/vault-link.ts';

const KEY = 'k'.repeat(43);
const LOG = openLog('test', { write: () => undefined });
const WANT = {
  ...{ type: 'want', space: 'a'.repeat(24), generation: 1, factory: 0, namespace: 'b'.repeat(24) },
  ...{ commit: 'c'.repeat(40), variables: [], sleepSeconds: null, asleep: false, egress: { kind: 'open' } },
  app: {
    sdk: 'gradio',
    sdkVersion: null,
    pythonVersion: null,
    file: 'app.py',
    port: 7860,
    startupSeconds: 30,
    preloaded: [],
  },
  hardware: { name: 'cpu-basic', cpus: 1, memoryBytes: 2 ** 30, processes: 100 },
  ...{ host: 'ann-demo.localhost', name: 'ann/demo' },
} as const;
const REPLACED = 'something in it spoke in place of the program that this hub runs beside it';

interface Played extends AsyncDisposable {
  readonly run: Run;
  /** What is inside, as it is heard. */
  readonly inside: Duplex;
  /** What the vault was told of the run, but for its greeting. */
  readonly told: string[];
  say(frame: object): void;
}

/** A process that is nothing but its end. */
function playProcess(): { readonly exited: Promise<Exit>; readonly kill: () => void } {
  const { promise, resolve } = Promise.withResolvers<Exit>();
  return { exited: promise, kill: () => resolve({ code: null, signal: 'SIGKILL' }) };
}

function playDoor(): ReturnType<RunGround['doors']['open']> {
  const [ours, theirs] = duplexPair();
  const door = new Channel(theirs);
  door.onFrame((frame) => {
    if ((frame as { type: string }).type === 'start')
      door.send({ type: 'ready', identity: { key: KEY, certificate: '' } });
  });
  return { channel: new Channel(ours), ...playProcess() };
}

function playSandbox(): { readonly runtime: RunGround['runtime']; readonly inside: Duplex } {
  const [ours, inside] = duplexPair();
  const { exited, kill } = playProcess();
  inside.on('error', () => undefined);
  const output = { stdout: new PassThrough(), stderr: new PassThrough() };
  const sandbox = { id: 'sandbox', channel: ours, output, first: { pid: 1, started: '1' }, exited };
  const more = { usage: () => ({ cpuMs: 0, memoryBytes: 0 }), strain: () => [] };
  const end = async (): Promise<void> => {
    kill();
    await exited;
  };
  const openSandbox = async () => await Promise.resolve({ ...sandbox, ...more, kill: end });
  return { runtime: { name: 'bubblewrap', handsOver: true, openSandbox }, inside };
}

/** A vault that gives each run a box, and a hub that gives each a ticket. */
function playSecrets(told: string[]): RunGround['secrets'] {
  let hear: (frame: unknown) => void = () => undefined;
  const vault = new VaultLink(
    {
      onFrame: (listener) => void (hear = listener),
      send: (frame) => {
        const { type, run } = frame as { type: string; run: string };
        if (type !== 'hello') told.push(type);
        if (type === 'release') queueMicrotask(() => hear({ type: 'released', run, inside: 'box' }));
      },
    },
    LOG,
  );
  hear({ type: 'state', key: KEY, sealed: null });
  const tickets = new Tickets((frame) => {
    if (frame.type === 'ticket-wanted')
      queueMicrotask(() => {
        tickets.hear({ type: 'ticket', run: frame.run, entry: 'e'.repeat(64), proof: 'p', why: null });
      });
  });
  return { vault, tickets };
}

async function play(secrets: boolean): Promise<Played> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-run-'));
  for (const name of ['runs', 'visit']) await mkdir(join(folder, name));
  const told: string[] = [];
  const { runtime, inside } = playSandbox();
  const ground: RunGround = {
    ...{ runtime, folder: join(folder, 'runs'), visit: join(folder, 'visit'), log: LOG },
    doors: { open: playDoor } as unknown as RunGround['doors'],
    outside: async () =>
      await Promise.resolve({
        ...{ hub: { name: 'hub', publicName: null, address: '127.0.0.1', port: 1 }, own: [], resolver: null },
      }),
    own: { follow: () => ({ [Symbol.dispose]: () => undefined }) },
    hostCertificates: null,
    inside: { code: '/code', node: '/node', codeCache: { find: () => null }, openFiles: 64 },
    secrets: playSecrets(told),
  };
  const lines = new LogLines(() => undefined);
  const nothing = (): void => undefined;
  const plan: RunPlan = {
    ...{
      id: newId(new Date()),
      want: { ...WANT, secrets } as unknown as Want,
      root: [],
      mounts: [],
      user: null,
    },
    ...{ lines, log: LOG, asking: nothing, refused: nothing, contacted: nothing },
  };
  const run = await Run.start(ground, plan);
  return {
    ...{ run, inside, told },
    say: (frame) => void inside.write(`${JSON.stringify(frame)}\n`),
    [Symbol.asyncDispose]: async () => {
      await run.kill('the test is over');
      lines[Symbol.dispose]();
      await rm(folder, { recursive: true });
    },
  };
}

/** Waits for a frame of this kind on the inside. */
async function heard(inside: Duplex, type: string): Promise<void> {
  let text = '';
  for await (const chunk of inside.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (text.includes(`"type":"${type}"`)) return;
  }
}

void test(
  'a run is told of as having its secrets once, and ends at the second time',
  { timeout: 20_000 },
  async () => {
    await using played = await play(true);
    played.say({ type: 'key', key: KEY });
    await heard(played.inside, 'secrets');
    for (let times = 0; times < 2_000; times += 1) played.say({ type: 'opened' });
    const { why, cause } = await played.run.ended;
    assert.deepEqual([why, cause], [REPLACED, 'app']);
    assert.deepEqual(played.told, ['release', 'delivered', 'ended']);
  },
);

const WRONG: readonly (readonly [what: string, secrets: boolean, text: string])[] = [
  ['that it opened what it was not sent', true, '{"type":"opened"}\n'],
  ['that it opened secrets where there are none', false, '{"type":"opened"}\n'],
  ['a key where there are no secrets', false, `{"type":"key","key":"${KEY}"}\n`],
  ['no word', true, '{}\n'],
  ['what cannot be read', true, 'opened\n'],
  ['a word without an end', false, 'x'.repeat(2_000_000)],
];

for (const [what, secrets, text] of WRONG)
  void test(`a run ends whose program inside says ${what}`, { timeout: 20_000 }, async () => {
    await using played = await play(secrets);
    played.inside.write(text.repeat(text.length < 100 ? 1_000 : 1));
    assert.equal((await played.run.ended).why, REPLACED);
    assert.deepEqual(played.told, []);
  });

void test('a run goes on whose program inside says each of its words once', { timeout: 20_000 }, async () => {
  await using played = await play(true);
  played.say({ type: 'key', key: KEY });
  await heard(played.inside, 'secrets');
  played.say({ type: 'opened' });
  played.say({ type: 'listening' });
  assert.equal(await played.run.listening, true);
  assert.deepEqual(played.told, ['release', 'delivered']);
  played.say({ type: 'exited', code: 3, signal: null });
});
