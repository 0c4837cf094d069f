// What becomes of a Space whose next run cannot be made ready, where a secret was deleted; and of all when the hub does not say that
// it still has them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ALONE_MS, LOST_MS } from '@holdfast/kernel/space-lease';
import { openLog } from '@holdfast/platform/log';
import { type FromRunner, type ToRunner, type Want } from '../frames.ts';
import { Spaces, type SpacesDeps } from './spaces.ts';
import { type BuildOutcome } from './start-run.ts';

const SPACE = 'a'.repeat(24);
const WANT: Want & { readonly type: 'want' } = {
  ...{
    type: 'want',
    space: SPACE,
    generation: 1,
    factory: 0,
    namespace: 'b'.repeat(24),
    commit: 'c'.repeat(40),
  },
  app: {
    ...{ sdk: 'gradio', sdkVersion: '5.49.1', pythonVersion: null, file: 'app.py', port: 7860 },
    ...{ startupSeconds: 30, preloaded: [] },
  },
  variables: [],
  hardware: { name: 'cpu-basic', cpus: 1, memoryBytes: 2 ** 30, processes: 100 },
  ...{ sleepSeconds: null, asleep: false, egress: { kind: 'open' }, secrets: true },
  ...{ host: 'ann-demo.localhost', name: 'ann/demo' },
};

type Build = (want: Want, lines: unknown, signal: AbortSignal) => Promise<BuildOutcome>;

interface Opened extends AsyncDisposable {
  say(frame: ToRunner): void;
  /** The hub has them since when they are lost in so many milliseconds. */
  hold(left: number): void;
  /** The supervisor says that the hub is gone. */
  gone(): void;
  /** How often was said anew what is here, so that a hub says all that it wants. */
  readonly greetings: number;
  /** The stages that were told, with what was said, and what follows once it is quiet. */
  told(): Promise<readonly string[]>;
}

/** A build that ends when it is not wanted any more. */
async function buildForEver(_want: Want, _lines: unknown, signal: AbortSignal): Promise<BuildOutcome> {
  await once(signal, 'abort');
  throw new Error('it is over');
}

/** Spaces whose builds fail, or never end. */
function openSpaces(build: Build): Opened {
  const told: string[] = [];
  let greetings = 0;
  let listener: (frame: unknown) => void = () => undefined;
  const ground = { secrets: { tickets: { runs: [] } } };
  const spaces = new Spaces({
    hub: {
      onFrame: (hear) => void (listener = hear),
      send: (frame) => {
        const { type, ...rest } = frame as FromRunner;
        if (type === 'able') greetings += 1;
        if (type === 'status' && 'stage' in rest) told.push([rest.stage, rest.message].join(' ').trim());
      },
    },
    log: openLog('test', { write: () => undefined }),
    space: { build, ground, farewellMs: 1_000 } as unknown as SpacesDeps['space'],
    forget: async () => undefined,
  });
  return {
    say: (frame) => listener(frame),
    hold: (left) => listener({ type: 'held', since: Date.now() - LOST_MS + left }),
    gone: () => listener({ gone: true }),
    get greetings() {
      return greetings;
    },
    told: async () => {
      await delay(20);
      return told.splice(0);
    },
    [Symbol.asyncDispose]: () => spaces[Symbol.asyncDispose](),
  };
}

void test('one that sleeps is not ended for a deleted secret: it has none, and what wakes is not given it', async () => {
  await using opened = openSpaces(async () => ({ kind: 'failed', stage: 'BUILD_ERROR', message: 'no' }));
  opened.say({ ...WANT, asleep: true });
  assert.deepEqual(await opened.told(), ['SLEEPING']);
  const drop = { type: 'drop', space: SPACE, forget: false, before: 4 } as const;
  opened.say(drop);
  assert.deepEqual(await opened.told(), []);
  opened.say({ type: 'wake', space: SPACE });
  assert.deepEqual(await opened.told(), ['BUILDING', 'BUILD_ERROR no']);
  opened.say(drop);
  assert.deepEqual(await opened.told(), []);
  // Another one was deleted meanwhile, and nothing runs that may have it.
  opened.say({ ...drop, before: 5 });
  assert.deepEqual(await opened.told(), []);
  opened.say({ type: 'drop', space: SPACE, forget: false });
  assert.deepEqual(await opened.told(), ['STOPPED']);
});

void test('one that is being started is ended: it may be given what was deleted since', async () => {
  await using opened = openSpaces(buildForEver);
  opened.say(WANT);
  opened.say({ type: 'drop', space: SPACE, forget: false, before: 1 });
  assert.deepEqual(await opened.told(), ['BUILDING']);
  opened.say({ type: 'drop', space: SPACE, forget: false, before: 2 });
  assert.deepEqual((await opened.told())[0], 'STOPPED');
});

void test('one that woke after the secret was deleted goes on, however often it is said that nothing new can follow', async () => {
  await using opened = openSpaces(buildForEver);
  opened.say({ ...WANT, asleep: true });
  assert.deepEqual(await opened.told(), ['SLEEPING']);
  const drop = { type: 'drop', space: SPACE, forget: false, before: 4 } as const;
  opened.say(drop);
  opened.say({ type: 'wake', space: SPACE });
  assert.deepEqual(await opened.told(), ['BUILDING']);
  opened.say(drop);
  assert.deepEqual(await opened.told(), []);
  opened.say({ ...drop, before: 5 });
  assert.deepEqual((await opened.told())[0], 'STOPPED', 'one that was deleted since');
});

void test('what runs is ended in time when the hub does not say again that it has it, whatever else it says', async () => {
  await using opened = openSpaces(buildForEver);
  opened.hold(400);
  opened.say(WANT);
  assert.deepEqual(await opened.told(), ['BUILDING']);
  // It has no database, and is as alive as ever.
  opened.say({ type: 'hello' });
  opened.say({ type: 'all-wanted', spaces: [SPACE] });
  opened.say({ ...WANT, sleepSeconds: 60 });
  assert.ok(!(await opened.told()).includes('STOPPED'));
  await delay(400);
  assert.deepEqual(await opened.told(), ['STOPPED']);
});

void test('what runs goes on when the hub has said again that it has it', async () => {
  await using opened = openSpaces(buildForEver);
  opened.hold(200);
  opened.say(WANT);
  opened.hold(LOST_MS);
  await delay(300);
  assert.deepEqual(await opened.told(), ['BUILDING']);
});

void test('a hub that is gone and one that comes after it have no more time together than the one had', async () => {
  await using opened = openSpaces(buildForEver);
  opened.hold(300);
  opened.say(WANT);
  opened.gone();
  opened.say({ type: 'hello' });
  assert.ok(!(await opened.told()).includes('STOPPED'));
  await delay(300);
  assert.deepEqual(await opened.told(), ['STOPPED']);
});

void test('one that comes in time and has them again keeps what runs', async () => {
  await using opened = openSpaces(buildForEver);
  opened.hold(300);
  opened.say(WANT);
  opened.gone();
  opened.say({ type: 'hello' });
  opened.hold(LOST_MS);
  await delay(350);
  assert.ok(!(await opened.told()).includes('STOPPED'));
});

void test('nothing is begun for a hub that was late until it has them again, which it is asked to say', async () => {
  await using opened = openSpaces(buildForEver);
  const before = opened.greetings;
  opened.hold(50);
  await delay(100);
  assert.equal(opened.greetings, before + 1);
  // It was stopped, and said this just before it learns of it; what waited with it is as old.
  opened.say(WANT);
  opened.hold(-1);
  opened.say(WANT);
  assert.deepEqual(await opened.told(), []);
  opened.hold(LOST_MS);
  opened.say(WANT);
  assert.deepEqual(await opened.told(), ['BUILDING']);
});

void test('what is begun for a hub that never says since when it has it is ended as well', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  await using opened = openSpaces(buildForEver);
  const before = opened.greetings;
  opened.say(WANT);
  t.mock.timers.tick(ALONE_MS - 1);
  assert.equal(opened.greetings, before);
  t.mock.timers.tick(1);
  assert.equal(opened.greetings, before + 1);
});
