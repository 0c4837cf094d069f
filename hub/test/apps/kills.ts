// A Space whose start and stop are watched from outside, step by step, so that something can be killed at each of them.
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { signalPid } from '@holdfast/platform/process';
import { type AppInstance } from '../harness/app-instance.ts';
import { isInLog } from '../harness/app-site.ts';
import { type Instance } from '../harness/instance.ts';
import { listDescendants, type Descendant } from '../harness/processes.ts';
import { APP, SECRETS } from './kills-app.ts';
import { judgePossessions, listUnreached } from './possessions.ts';
import { findSurvivors, listHolders, lookAround, type Left } from './left.ts';

/** What is killed at a step. Of an unheard door the app learns before the runner: who keeps the door does not say so. */
export type Victim = 'supervisor' | 'runner' | 'door' | 'unheard door' | 'hub';
/** What else has a part in handing values over. */
export type Server = 'vault' | 'notary' | 'postgres';
/** What makes its sandboxes. */
export type Runtime = 'bubblewrap' | 'gvisor';
/** How far a start, or a stop, has come. */
export type Step = (typeof STARTS)[number] | (typeof STOPS)[number];

/** Steps of a start, and then of a stop, in order. */
export const STARTS = [
  'written',
  'building',
  'run made',
  'door started',
  'sandbox made',
  'app started',
  'runs',
] as const;
export const STOPS = ['asked', 'farewell', 'gone'] as const;

const NAME = 'admin/battered';
const MINUTE = 60_000;
const PAUSE = 20;
const INSIDE = /^\S*node .*inside\/src\/main\.ts/;
/** A sandbox of gVisor, of which nobody sees more. */
const OPAQUE = /^\/runsc /;

const COMMANDS: Readonly<Record<Exclude<Victim, 'supervisor'> | Server, (one: Descendant) => boolean>> = {
  hub: ({ node, command }) => node && command.includes('hub/src/main.ts'),
  runner: ({ node, command }) => node && command.includes('runner/src/main.ts'),
  door: isDoor,
  'unheard door': isDoor,
  vault: ({ node, command }) => node && command.includes('vault/src/main.ts'),
  notary: ({ node, command }) => node && command.includes('notary/src/main.ts'),
  postgres: ({ command }) => /^\S*\/bin\/postgres /.test(command),
};

/** One Space of an instance. */
export class BatteredSpace {
  readonly #apps: AppInstance;
  readonly #token: string;
  /** Whether its runs are in control groups, which not everybody may make. */
  readonly #isGrouped: boolean;
  #instance: Instance;
  #pushes = 0;
  #commit = '';
  #runsBefore = new Set<string>();
  /** What ran before the last push. */
  #before = new Set<number>();
  /** What stood in the place of the brokered secret in each run that answered and had the other one. */
  readonly #witnessed = new Set<string>();
  /** Of those, runs of which a runner that was killed may have taken along whom they reached: just then it was not on the ledger. */
  readonly #excused = new Set<string>();

  #runtime: Runtime = 'bubblewrap';

  private constructor(apps: AppInstance, token: string, isGrouped: boolean) {
    this.#apps = apps;
    this.#isGrouped = isGrouped;
    this.#instance = apps.instance;
    this.#token = token;
  }

  /** Makes it, and waits until it runs. */
  static async open(
    apps: AppInstance,
    { isGrouped }: { readonly isGrouped: boolean },
  ): Promise<BatteredSpace> {
    const token = await apps.instance.createToken({ user: 'admin', role: 'write' });
    const space = new BatteredSpace(apps, token, isGrouped);
    await space.#post('/api/repos/create', { type: 'space', name: 'battered', sdk: 'gradio', private: true });
    for (const [key, value] of Object.entries(SECRETS))
      await space.#post(`/api/spaces/${NAME}/secrets`, { key, value });
    await space.push();
    await space.untilServed();
    return space;
  }

  /** Has its instance, which is killed for it, make sandboxes otherwise. What was built it does not build again. */
  async move(runtime: Runtime): Promise<void> {
    await this.untilReachKnown();
    await this.#instance.crash();
    const config = path.join(this.#apps.data, 'config.json');
    const { spaces } = JSON.parse(await readFile(config, 'utf8')) as { readonly spaces: object };
    await writeFile(config, JSON.stringify({ spaces: { ...spaces, runtime } }));
    this.#instance = await this.#apps.startAgain();
    this.#runtime = runtime;
    await this.untilServed();
    const isOpaque = (await listDescendants(this.#instance.pid)).some(({ command }) => OPAQUE.test(command));
    assert.equal(isOpaque, runtime === 'gvisor');
  }

  /** Pushes another program. */
  async push(): Promise<void> {
    this.#runsBefore = new Set((await this.look()).runs);
    this.#before = new Set((await listDescendants(this.#instance.pid)).map(({ pid }) => pid));
    this.#pushes += 1;
    const file = (name: string, text: string) => ({
      key: 'file',
      value: { path: name, content: Buffer.from(text).toString('base64'), encoding: 'base64' },
    });
    const lines = [
      { key: 'header', value: { summary: 'Another' } },
      file('README.md', '---\ntitle: Battered\nsdk: gradio\n---\n'),
      file('app.py', APP.replaceAll('MARK', this.#mark)),
    ];
    const answer = await this.#ask(`/api/spaces/${NAME}/commit/main`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
    });
    assert.equal(answer.status, 200);
    this.#commit = ((await answer.json()) as { commitOid: string }).commitOid;
  }

  /** Has its environment made anew. */
  async rebuild(): Promise<void> {
    await this.#post(`/api/spaces/${NAME}/restart?factory=true`, {});
  }

  async pause(): Promise<void> {
    await this.#post(`/api/spaces/${NAME}/pause`, {});
  }

  async restart(): Promise<void> {
    this.#runsBefore = new Set();
    await this.#post(`/api/spaces/${NAME}/restart`, {});
  }

  /** Waits until a start or stop has come so far. */
  async reach(step: Step): Promise<void> {
    await until(`it has come to: ${step}`, async () => await this.#hasReached(step));
  }

  async #hasReached(step: Step): Promise<boolean> {
    const { data } = this.#apps;
    const own = path.join(data, 'spaces', 'runner');
    const has = async (part: RegExp): Promise<boolean> =>
      (await listDescendants(this.#instance.pid)).some(
        ({ pid, command }) => !this.#before.has(pid) && part.test(command),
      );
    const isOpaque = this.#runtime === 'gvisor';
    const names = async (folder: string): Promise<string[]> => await readdir(folder).catch(() => []);
    switch (step) {
      case 'written':
        for (const id of await names(path.join(data, 'spaces', 'sources')))
          if (await isThere(path.join(data, 'spaces', 'sources', id, this.#commit))) return true;
        return false;
      case 'building':
        return (await has(/uv pip install/)) && (await names(path.join(own, 'building'))).length > 0;
      case 'run made':
        return (await this.#newRuns()).length > 0;
      case 'door started':
        return (await this.#newRuns()).length > 0 && (await has(/^\S*node .*door\/src\/run\/main\.ts/));
      case 'sandbox made':
        return (await this.#newRuns()).length > 0 && (await has(isOpaque ? OPAQUE : INSIDE));
      case 'app started':
        return isOpaque ? await this.#hasSaid('start') : await has(/^\/opt\/env\/bin\/python /);
      case 'runs':
        return (await this.stage()) === 'RUNNING' && (await this.#answer()) === this.#mark;
      case 'asked':
        return true;
      case 'farewell':
        return isOpaque ? await this.#hasSaid('farewell') : await has(/^sleep 1\.5/);
      case 'gone':
        return (await names(path.join(own, 'runs'))).length === 0;
    }
  }

  /** Whether it said it of the last push: what runs in a kernel of its own, nobody sees from outside. */
  async #hasSaid(word: 'start' | 'farewell'): Promise<boolean> {
    const site = { instance: this.#instance, token: this.#token, owner: 'admin' };
    return await isInLog(site, 'battered', `${word} of ${this.#mark}`);
  }

  async #newRuns(): Promise<string[]> {
    const runs = await readdir(path.join(this.#apps.data, 'spaces', 'runner', 'runs')).catch(() => []);
    return runs.filter((id) => !this.#runsBefore.has(id));
  }

  /** Kills it. What it was responsible for is gone five seconds later; an ended instance is started again. */
  async kill(victim: Victim | Server): Promise<void> {
    const { data } = this.#apps;
    if (victim === 'supervisor' || victim === 'runner')
      for (const one of await this.#listUnknown()) this.#excused.add(one);
    if (victim === 'supervisor') {
      await this.#instance.crash();
      assert.deepEqual(await findSurvivors(async () => await listHolders(data)), []);
      this.#instance = await this.#apps.startAgain();
      return;
    }
    const all = await listDescendants(this.#instance.pid);
    const chosen = all.filter(COMMANDS[victim]).at(-1);
    assert.ok(chosen, `there is a ${victim}`);
    if (victim === 'unheard door')
      for (const pid of await keepersOf(chosen, all)) process.kill(pid, 'SIGSTOP');
    const below = new Set([chosen.pid, ...(await listDescendants(chosen.pid)).map(({ pid }) => pid)]);
    process.kill(chosen.pid, 'SIGKILL');
    const left = async (): Promise<ReadonlyMap<number, string>> =>
      new Map([...(await listHolders(data))].filter(([pid]) => below.has(pid)));
    assert.deepEqual(await findSurvivors(left), []);
  }

  /** Stops a server and all that it started, which notice nothing of it, until the result is disposed of. */
  async halt(victim: 'hub' | 'postgres'): Promise<Disposable> {
    const first = (await listDescendants(this.#instance.pid)).find(COMMANDS[victim]);
    assert.ok(first, `there is a ${victim}`);
    const halted = [first, ...(await listDescendants(first.pid))];
    for (const { pid } of halted) signalPid(pid, 'SIGSTOP');
    return { [Symbol.dispose]: () => halted.forEach(({ pid }) => signalPid(pid, 'SIGCONT')) };
  }

  /** Waits until the last push is served, by one run and nothing beside it. */
  async untilServed(): Promise<void> {
    await until('the last push is served', async () => {
      const stage = await this.stage();
      return stage === 'RUNNING' && (await this.#answer()) === this.#mark;
    });
    await this.#untilLeft(1);
  }

  /** Waits until it is said that the build failed. What ran before goes on. */
  async untilBuildFailed(): Promise<void> {
    await until('the build failed', async () => (await this.stage()) === 'BUILD_ERROR');
    assert.equal(await this.#answer(), this.#mark);
    await this.#untilLeft(1);
  }

  /** Waits until it is paused and nothing of it is left. */
  async untilPaused(): Promise<void> {
    await until('it is paused', async () => (await this.stage()) === 'PAUSED');
    await this.#untilLeft(0);
  }

  async #untilLeft(count: number): Promise<void> {
    let left = await this.look();
    const wanted = (): boolean =>
      [left.runs.length, left.sockets.length, left.doors, left.insides].every((n) => n === count) &&
      left.groups === (this.#isGrouped ? count : 0) &&
      left.builds.length === 0 &&
      left.sockets.every((name) => left.runs.includes(name));
    // The one before has half a minute for the requests it has.
    for (const giveUp = Date.now() + 45_000; !wanted() && Date.now() < giveUp; left = await this.look())
      await delay(200);
    assert.ok(wanted(), `what is there of ${count} runs: ${JSON.stringify(left)}`);
  }

  /** Waits until the ledger knows whom all reached that were seen so far and were not killed at once. */
  async untilReachKnown(): Promise<void> {
    await until('the ledger knows whom runs reached', async () => {
      const unknown = await this.#listUnknown();
      return unknown.every((one) => this.#excused.has(one));
    });
  }

  /** Of those that were seen, the ones that reached the hub without the ledger's knowing it yet. */
  async #listUnknown(): Promise<string[]> {
    return await listUnreached(this.#instance, this.#witnessed);
  }

  /** Ends it, and holds what the ledger says of all its runs against what was seen. Gives how many there were. */
  async judge(): Promise<{ readonly runs: number; readonly seen: number }> {
    await this.pause();
    await this.untilPaused();
    const [secrets, witnessed] = [Object.keys(SECRETS).length, this.#witnessed];
    await this.untilReachKnown();
    const runs = await judgePossessions(this.#instance, { secrets, witnessed });
    return { runs, seen: witnessed.size };
  }

  async look(): Promise<Left> {
    return await lookAround(this.#apps.data);
  }

  /** As the API says; nothing while there is none. */
  async stage(): Promise<string> {
    try {
      const answer = await this.#ask(`/api/spaces/${NAME}/runtime`);
      return ((await answer.json()) as { stage: string }).stage;
    } catch {
      return '';
    }
  }

  get #mark(): string {
    return `push ${this.#pushes}`;
  }

  /** What a visitor reads. */
  async #answer(): Promise<string> {
    // Not by the name: what a resolver makes of names below localhost differs from machine to machine.
    const headers = {
      host: `admin-battered.localhost:${this.#instance.port}`,
      authorization: `Bearer ${this.#token}`,
    };
    const asked = request({
      host: '127.0.0.1',
      port: this.#instance.port,
      headers,
      agent: false,
      timeout: 5_000,
    });
    try {
      const [answer] = (await once(asked.end(), 'response')) as [IncomingMessage];
      const [mark = '', had, placeholder = ''] = (await answer.toArray()).join('').split('\n');
      if (had === hash('sha256', SECRETS.PLAIN)) this.#witnessed.add(placeholder);
      return mark;
    } catch {
      return '';
    }
  }

  async #post(where: string, body: object): Promise<void> {
    // A hub that was killed is back soon.
    await until(`${where} is answered`, async () => {
      const answer = await this.#ask(where, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }).catch(() => undefined);
      assert.ok(answer === undefined || answer.status === 200, `${where}: ${answer?.status}`);
      return answer !== undefined;
    });
  }

  async #ask(where: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string>), authorization: `Bearer ${this.#token}` };
    return await fetch(`${this.#instance.url}${where}`, {
      ...init,
      headers,
      signal: AbortSignal.timeout(10_000),
    });
  }
}

function isDoor({ node, command }: Descendant): boolean {
  return node && command.includes('door/src/');
}

/** The programs of a sandbox that wait for this one to end, and say so to the runner. */
async function keepersOf({ pid }: Descendant, all: readonly Descendant[]): Promise<number[]> {
  const keepers: number[] = [];
  for (const one of all.filter(({ command }) => /^\S*bwrap /.test(command)))
    if ((await listDescendants(one.pid)).some((below) => below.pid === pid)) keepers.push(one.pid);
  assert.ok(keepers.length > 0, `somebody keeps process ${pid}`);
  return keepers;
}

async function isThere(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}

async function until(what: string, is: () => Promise<boolean>): Promise<void> {
  const giveUp = Date.now() + 3 * MINUTE;
  while (!(await is())) {
    assert.ok(Date.now() < giveUp, `within three minutes, ${what}`);
    await delay(PAUSE);
  }
}
