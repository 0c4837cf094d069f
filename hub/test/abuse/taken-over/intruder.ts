// Code that somebody brought into the hub: loaded before the product's own, in the same process. It keeps the frame
// that the hub is started with, and obeys whoever asks for /taken-over.
import { Server, type IncomingMessage, type ServerResponse } from 'node:http';
import { tryAll, type Attempt } from './attempt.ts';
import { Channels, type Words } from './channels.ts';
import { databaseAttempts, leftovers, readLeftovers, signInAttempts } from './database.ts';
import { fileAttempts } from './files.ts';
import { controls } from './controls.ts';
import { memoryAttempts } from './memory.ts';
import { type Order, type StolenStart } from './order.ts';
import { strangerAttempts } from './processes.ts';
import { systemCallAttempts } from './system-calls.ts';
import { seedAttempts } from './seeds.ts';
import { listSockets, shoutAtSupervisor, socketAttempts } from './sockets.ts';

const stolen: { start?: StolenStart } = {};
const channels = new Channels();
const parseJson = JSON.parse.bind(JSON);
JSON.parse = (text, reviver) => {
  const value: unknown = parseJson(text, reviver);
  const isStart = typeof value === 'object' && value !== null && 'settings' in value && 'secrets' in value;
  if (isStart) stolen.start = value as StolenStart;
  return channels.hear(value);
};
const writeJson = JSON.stringify.bind(JSON) as (...args: unknown[]) => string;
Reflect.set(JSON, 'stringify', (...args: unknown[]) => {
  channels.see(args[0]);
  return writeJson(...args);
});

const emit = Reflect.get(Server.prototype, 'emit') as (...args: unknown[]) => boolean;
Reflect.set(Server.prototype, 'emit', function (this: Server, ...args: unknown[]): boolean {
  const request = args[1] as IncomingMessage;
  if (args[0] !== 'request' || request.url?.startsWith('/taken-over/') !== true) {
    if (args[0] === 'request') readAlong(request);
    return emit.apply(this, args);
  }
  void obey(request, args[2] as ServerResponse);
  return true;
});

function readAlong(request: IncomingMessage): void {
  const push = request.push.bind(request);
  request.push = (bytes: unknown, encoding?: BufferEncoding) => {
    if (Buffer.isBuffer(bytes)) channels.read(request.url ?? '', bytes);
    return push(bytes, encoding);
  };
}

async function obey(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const order: unknown = parseJson(Buffer.concat(chunks).toString('utf8'));
    const [, , what = ''] = (request.url ?? '').split('/');
    response.end(writeJson(await doWhat(what, order)));
  } catch (error) {
    response.writeHead(500).end(String(error instanceof Error ? error.stack : error));
  }
}

async function doWhat(what: string, wanted: unknown): Promise<unknown> {
  if (stolen.start === undefined) throw new Error('the hub was not started');
  const start = stolen.start;
  if (what === 'words') return await channels.obey(start, wanted as Words);
  const order = wanted as Order;
  const attempts: Readonly<Record<string, () => readonly Attempt[] | Promise<readonly Attempt[]>>> = {
    controls: () => controls(start),
    processes: () => strangerAttempts(order),
    files: () => fileAttempts(start, order),
    'system-calls': () => systemCallAttempts(),
    memory: () => memoryAttempts(start, order),
    database: () => databaseAttempts(start),
    'sign-in': () => signInAttempts(start),
    sockets: () => socketAttempts(start, order),
    seeds: () => seedAttempts((words) => channels.obey(start, words)),
    leave: () => leftovers(start),
  };
  if (what === 'list-sockets') return listSockets();
  if (what === 'read-leftovers') return await readLeftovers(start);
  if (what === 'shout') return shoutAtSupervisor();
  const chosen = attempts[what];
  if (chosen === undefined) throw new Error(`nobody knows how to ${what}`);
  return await tryAll(await chosen());
}
