// What becomes of a Space whose next run cannot be made ready, where a secret was deleted.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
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
  let listener: (frame: unknown) => void = () => undefined;
  const ground = { secrets: { tickets: { runs: [] } } };
  const spaces = new Spaces({
    hub: {
      onFrame: (hear) => void (listener = hear),
      send: (frame) => {
        const { type, ...rest } = frame as FromRunner;
        if (type === 'status' && 'stage' in rest) told.push([rest.stage, rest.message].join(' ').trim());
      },
    },
    log: openLog('test', { write: () => undefined }),
    space: { build, ground, farewellMs: 1_000 } as unknown as SpacesDeps['space'],
    forget: async () => undefined,
  });
  return {
    say: (frame) => listener(frame),
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
