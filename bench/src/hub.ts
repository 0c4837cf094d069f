// A real hub for benchmarks: started by `./holdfast start` on a data folder of its own, with a private repository.
import path from 'node:path';
import { createInterface } from 'node:readline';
import { findProcess } from './cpu.ts';
import { mustRun, openScratch, ROOT, startProgram, type Running, type Scratch } from './program.ts';

const START_MS = 120_000;

/** What is asked of the hub. */
export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A running hub with a private repository. Disposal stops it and removes its data. */
export interface BenchHub extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  /** The process that serves HTTP. */
  readonly pid: number;
  /** The process from which all others come. */
  readonly supervisor: number;
  /** Its data folder. */
  readonly data: string;
  /** Name of the private model repository. */
  readonly repo: string;
  /** Sends a request with the token. Throws when the answer is no success. */
  ask(target: string, question?: Question): Promise<Response>;
}

/** How a hub differs from one as it comes. */
export interface BenchHubOptions {
  /** Who may read public repositories. */
  readonly access?: 'anonymous';
  /** Believes who calls from this machine whom they call for. */
  readonly trustsProxies?: true;
  /** The checkout that is started; this one when absent. */
  readonly checkout?: string;
  /** Lays out its data folder before it starts. */
  readonly prepare?: (data: string) => Promise<void>;
}

/** Starts a hub, makes a token and a repository. */
export async function openBenchHub(options: BenchHubOptions = {}): Promise<BenchHub> {
  await using stack = new AsyncDisposableStack();
  const scratch: Scratch = stack.use(await openScratch());
  const data = path.join(scratch.path, 'data');
  await options.prepare?.(data);
  const env = settingsOf(data, options);
  const launcher = path.join(options.checkout ?? ROOT, 'holdfast');
  const running = stack.use(startProgram(launcher, ['start', '--json'], { env }));
  const url = `http://127.0.0.1:${await readPort(running)}`;
  const pid = await findProcess(running.child.pid ?? 0, /^\S*node .*hub\/src\/main\.ts/);
  const wish = ['--user', 'admin', '--name', 'bench', '--role', 'write'];
  const token = (await mustRun(launcher, ['admin', 'token', 'create', ...wish], { env })).trim();
  const ask = async (target: string, question: Question = {}): Promise<Response> => {
    const headers = {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      ...question.headers,
    };
    const response = await fetch(new URL(target, url), { ...question, headers });
    if (!response.ok) throw new Error(`${target} answered ${response.status}: ${await response.text()}`);
    return response;
  };
  const body = JSON.stringify({ name: 'bench', private: true });
  await ask('/api/repos/create', { method: 'POST', body });
  const owned = stack.move();
  return {
    url,
    token,
    pid,
    supervisor: running.child.pid ?? 0,
    data,
    repo: 'admin/bench',
    ask,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function settingsOf(data: string, { access, trustsProxies }: BenchHubOptions): Record<string, string> {
  return {
    HOLDFAST_DATA: data,
    HOLDFAST_PORT: '0',
    ...(access !== undefined && { HOLDFAST_ACCESS: access }),
    ...(trustsProxies && { HOLDFAST_TRUSTED_PROXIES: '127.0.0.1' }),
  };
}

/** The port on which a program that was started with `start --json` serves. */
export async function readPort(running: Running): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const timer = setTimeout(() => reject(new Error('./holdfast start was not ready in time')), START_MS);
  running.child.once('exit', (code) => reject(new Error(`./holdfast start ended with ${code}`)));
  running.child.once('error', reject);
  if (running.child.stdout === null) throw new TypeError('standard output is not a pipe');
  createInterface({ input: running.child.stdout }).on('line', (line) => {
    const port = /"event":"ready".*"port":(\d+)/.exec(line)?.[1];
    if (port !== undefined) resolve(Number(port));
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

/** Commits one change given as a line of the commit protocol. */
export async function commit(
  hub: BenchHub,
  change: { readonly key: string; readonly value: object },
): Promise<void> {
  const lines = [{ key: 'header', value: { summary: 'Add a file to measure' } }, change];
  await hub.ask(`/api/models/${hub.repo}/commit/main`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-ndjson' },
    body: lines.map((line) => JSON.stringify(line)).join('\n'),
  });
}
