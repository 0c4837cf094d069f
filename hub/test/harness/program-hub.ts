// A hub with a runner that starts nothing, and a Space that runs a program.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { type Want } from '@holdfast/runner/frames';
import { type Repo } from '../../src/modules/repos/index.ts';
import { openServedHub, type ServedHub, type ServedHubOptions } from './served-hub.ts';
import { StandInRunner } from './stand-in-runner.ts';

const README = '---\nsdk: gradio\nsdk_version: 5.49.1\ntitle: A demo\n---\n';

/** The files of such a Space. */
export const PROGRAM_FILES = { 'README.md': README, 'app.py': 'print(1)', 'lib/part.py': 'x = 1' };

/** What the API says of a Space. */
export interface RuntimeAnswer {
  readonly stage: string;
  readonly errorMessage?: string;
  readonly gcTimeout: number | null;
  readonly hardware: { readonly current: string | null; readonly requested: string | null };
  readonly notices: readonly string[];
  readonly error?: string;
}

/** What is open. */
export interface ProgramHub extends AsyncDisposable {
  readonly hub: ServedHub;
  readonly runner: StandInRunner;
  readonly repo: Repo;
  readonly token: string;
  readonly bearer: Readonly<Record<string, string>>;
  /** Calls the API about `ann/demo`. */
  readonly ask: (
    method: string,
    path: string,
    body?: object,
  ) => Promise<{ status: number; answer: RuntimeAnswer }>;
  /** The runtime of `ann/demo`, once it is in this stage. */
  readonly becomes: (stage: string) => Promise<RuntimeAnswer>;
  /** The wish for `ann/demo`, once the runner is there. */
  readonly begin: () => Promise<Want>;
  /** Pushes a file to `ann/demo`. */
  readonly push: (path: string, content: string) => Promise<void>;
}

/** Opens it: `ann/demo`, public unless told otherwise. */
export async function openProgramHub(
  options: ServedHubOptions & {
    readonly visibility?: 'public' | 'private' | 'protected';
    readonly files?: Readonly<Record<string, string>>;
  } = {},
): Promise<ProgramHub> {
  await using opened = new AsyncDisposableStack();
  const runner = opened.use(await StandInRunner.open());
  const { visibility = 'public', files = PROGRAM_FILES, ...rest } = options;
  const hub = opened.use(await openServedHub({ ...rest, ...runner.options }));
  const token = await hub.addUser('ann');
  const repo = await hub.addRepo('ann/demo', { type: 'space', visibility, sdk: 'gradio', files });
  const bearer = { authorization: `Bearer ${token}` };
  const ask: ProgramHub['ask'] = async (method, path, body) => {
    const answer = await fetch(`${hub.url}/api/spaces/ann/demo${path}`, {
      method,
      headers: { ...bearer, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status: answer.status, answer: (await answer.json()) as RuntimeAnswer };
  };
  const running = opened.move();
  return {
    ...{ hub, runner, repo, token, bearer, ask },
    becomes: async (stage) => await becomes(ask, stage),
    begin: async () => {
      runner.able();
      return await runner.wanted('ann/demo');
    },
    push: async (path, content) => await push(hub, bearer, { path, content }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function becomes(ask: ProgramHub['ask'], stage: string): Promise<RuntimeAnswer> {
  let now = '';
  for (let tries = 0; tries < 2_400; tries += 1) {
    const { answer } = await ask('GET', '/runtime');
    if (answer.stage === stage) return answer;
    now = answer.stage;
    await delay(25);
  }
  assert.fail(`the stage is ${now}, not ${stage}`);
}

async function push(
  hub: ServedHub,
  bearer: Readonly<Record<string, string>>,
  value: { readonly path: string; readonly content: string },
): Promise<void> {
  const lines = [
    { key: 'header', value: { summary: 'changed' } },
    { key: 'file', value },
  ];
  const pushed = await fetch(`${hub.url}/api/spaces/ann/demo/commit/main`, {
    method: 'POST',
    headers: { ...bearer, 'content-type': 'application/x-ndjson' },
    body: lines.map((line) => JSON.stringify(line)).join('\n'),
  });
  assert.equal(pushed.status, 200, await pushed.text());
}
