// Two hubs on one database, one object store and one set of keys, as a cluster has them: what one of them ends, the other refuses.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { readPort } from '../hub.ts';
import { openScratch, ROOT, startProgram, type Running } from '../program.ts';

const LAUNCHER = path.join(ROOT, 'holdfast');
const START_MS = 120_000;
const PASSWORD = 'bench-operator-of-one-run';

/** A hub, and its data folder. */
export interface Node {
  readonly port: number;
  readonly data: string;
}

/** Both. Disposal stops them and removes their data. */
export interface TwoHubs extends AsyncDisposable {
  readonly a: Node;
  readonly b: Node;
}

/** Starts a database alone, and the hubs on it. */
export async function openTwoHubs(): Promise<TwoHubs> {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await openScratch());
  const at = (name: string): string => path.join(scratch.path, name);
  const url = await openDatabase(stack, at('database'));
  const shared = { DATABASE_URL: url, HOLDFAST_OBJECTS: at('objects'), HOLDFAST_KEYS: at('keys') };
  const start = async (name: string): Promise<Node> => {
    const env = { ...shared, HOLDFAST_DATA: at(name), HOLDFAST_PORT: '0' };
    const running = stack.use(startProgram(LAUNCHER, ['start', '--json'], { env }));
    return { port: Number(await readPort(running)), data: at(name) };
  };
  const [a, b] = [await start('a'), await start('b')];
  const owned = stack.move();
  return { a, b, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

// The embedded server without a hub of its own, and in it what the documentation asks of an operator's: a role that owns the database
// and may make roles.
async function openDatabase(stack: AsyncDisposableStack, data: string): Promise<string> {
  const env = { HOLDFAST_DATA: data };
  const running = stack.use(startProgram(LAUNCHER, ['start', '--only', 'postgres', '--json'], { env }));
  await untilEvent(running, 'postgres');
  const host = path.join(data, 'run', 'postgres');
  const password = (await readFile(`${data}.keys/postgres-superuser.password`, 'utf8')).trim();
  const client = new pg.Client({
    host,
    port: 5432,
    database: 'postgres',
    user: 'holdfast_superuser',
    password,
  });
  await client.connect();
  try {
    await client.query(`create role operator login createrole password '${PASSWORD}'`);
    await client.query('create database hub owner operator');
  } finally {
    await client.end();
  }
  return `postgres://operator:${PASSWORD}@localhost:5432/hub?host=${encodeURIComponent(host)}`;
}

async function untilEvent({ child }: Running, event: string): Promise<void> {
  if (child.stdout === null) throw new TypeError('standard output is not a pipe');
  const timer = setTimeout(() => child.kill('SIGTERM'), START_MS);
  try {
    for await (const line of createInterface({ input: child.stdout }))
      if (line.includes(`"event":"${event}"`)) return;
  } finally {
    clearTimeout(timer);
    // What it says later is not read, and must not stop it.
    child.stdout.resume();
  }
  throw new Error(`./holdfast start ended before it said ${event}`);
}

/** What is sent to a hub. */
export interface Sent {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What it answered. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** Asks a hub over HTTP. */
export async function ask({ port }: Node, sent: Sent): Promise<Answer> {
  const headers = { host: `localhost:${port}`, ...sent.headers };
  return await send({ host: '127.0.0.1', port, headers }, sent);
}

/** Does something as the operator, by the hub's own socket; gives what it answered. Throws an `Error` when that is no success. */
export async function operate(
  { data }: Node,
  target: string,
  body: object = {},
): Promise<Record<string, string>> {
  const socketPath = path.join(data, 'run', 'admin.sock');
  const headers = { host: 'localhost', 'content-type': 'application/json' };
  const sent = { method: 'POST', path: `/admin/${target}`, body: JSON.stringify(body) } as const;
  const { status, text } = await send({ socketPath, headers }, sent);
  if (status < 200 || status > 299) throw new Error(`${target} answered ${status}: ${text}`);
  return JSON.parse(text) as Record<string, string>;
}

async function send(
  to: http.RequestOptions,
  { method = 'GET', path: target, body = '' }: Sent,
): Promise<Answer> {
  const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const headers = { ...(to.headers as Record<string, string>), ...length };
  const request = http.request({ ...to, method, path: target, headers });
  request.end(body);
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    text: Buffer.concat(parts).toString('utf8'),
  };
}
