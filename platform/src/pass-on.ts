// Passes HTTP/1.1 on to a program of this machine behind a Unix socket, as it comes: both ways at once, with each side only as
// fast as the other takes it, and given up on both sides when one hangs up.
// Invariants: headers that belong to one connection do not go on to the next (RFC 9110, section 7.6.1), and what the program
// answers is an answer to this request alone; what may change something is never sent a second time.
import {
  Agent,
  request as askFor,
  ServerResponse,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { type Socket } from 'node:net';
import { type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { connectLocally } from './local-http.ts';

/** A request that goes on. */
export interface PassedRequest {
  /** Path of the program's socket. */
  readonly socket: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Set in place of what the sender says, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Set in the answer, in place of what the program says. */
  readonly answerHeaders: Readonly<Record<string, string>>;
  /** Said in the answer beside what the program says under the same name. */
  readonly added?: Readonly<Record<string, string>>;
  /** Whether a header of the answer goes on; its name is in lower case. */
  readonly takes: (name: string, value: string) => boolean;
  readonly signal: AbortSignal;
}

/** `unreached`: nobody took the request, and it may be passed on again. `broken`: the program hung up before it answered. */
export type Passage = 'done' | 'unreached' | 'broken';

const OF_A_CONNECTION: ReadonlySet<string> = new Set([
  ...[
    'connection',
    'keep-alive',
    'proxy-connection',
    'proxy-authenticate',
    'proxy-authorization',
    'te',
    'trailer',
  ],
  ...['transfer-encoding', 'upgrade', 'expect', 'http2-settings'],
]);
const OF_A_MESSAGE = ['content-length', 'host'];
const SAID_BY_PROXIES = /^(?:x-forwarded-.*|forwarded|x-real-ip)$/;

const REPEATABLE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

const MOST_SOCKETS = 500;
const IDLE_CONNECTIONS = 32;
/** An upgraded or streaming connection may be silent for so long, in milliseconds. */
const SILENCE_MS = 3_600_000;
/** How long a program may think about another protocol, in milliseconds: nobody notices meanwhile that who asks has gone. */
const UPGRADE_MS = 60_000;
/** How long one side of an upgraded connection may go on alone. */
const FAREWELL_MS = 2_000;

class LocalAgent extends Agent {
  readonly #path: string;

  constructor(path: string) {
    super({ keepAlive: true, maxFreeSockets: IDLE_CONNECTIONS });
    this.#path = path;
  }

  override createConnection(): Duplex {
    return connectLocally(this.#path);
  }
}

/** Passes requests on, and keeps connections for the next. */
export class Passages implements Disposable {
  readonly #agents = new Map<string, LocalAgent>();

  /** Passes one on, with its upgrade where it asks for one. Settles when the answer has ended, or when there is none. */
  async pass(passed: PassedRequest): Promise<Passage> {
    const { request } = passed;
    // What may change something is sent once: a connection that closes says nothing of what was done behind it.
    const repeatable = REPEATABLE.has(request.method ?? '') && !hasBody(request) && !isUpgrade(request);
    const first = await this.#once(passed, repeatable);
    // A kept connection may have been closed at the other end just now, before anything of the request was seen there.
    return first === 'stale' ? unlessStale(await this.#once(passed, false)) : unlessStale(first);
  }

  async #once(passed: PassedRequest, kept: boolean): Promise<Passage | 'stale'> {
    const { socket, request, response, signal } = passed;
    if (signal.aborted || response.destroyed) return 'done';
    const before = request.socket.timeout ?? 0;
    request.socket.setTimeout(SILENCE_MS);
    const outgoing = askFor({
      ...{ method: request.method, path: request.url, headers: headersOf(passed), signal },
      ...(kept ? { agent: this.#agentOf(socket) } : { createConnection: () => connectLocally(socket) }),
    });
    const hangUp = (): void => void outgoing.destroy();
    response.once('close', hangUp);
    const late = isUpgrade(request) ? setTimeout(hangUp, UPGRADE_MS) : undefined;
    outgoing.once('upgrade', () => clearTimeout(late)).once('response', () => clearTimeout(late));
    try {
      return await answerOf(outgoing, passed);
    } finally {
      clearTimeout(late);
      response.removeListener('close', hangUp);
      request.socket.setTimeout(before);
    }
  }

  #agentOf(path: string): LocalAgent {
    const known = this.#agents.get(path);
    if (known !== undefined) return known;
    if (this.#agents.size >= MOST_SOCKETS) this[Symbol.dispose]();
    const agent = new LocalAgent(path);
    this.#agents.set(path, agent);
    return agent;
  }

  [Symbol.dispose](): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }
}

function unlessStale(passage: Passage | 'stale'): Passage {
  return passage === 'stale' ? 'broken' : passage;
}

/** Whether a request asks for another protocol on its connection. One with a body asks for none: it would come in between. */
export function isUpgrade(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket' && !hasBody(request);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function headersOf({ request, headers }: PassedRequest): string[] {
  const named = new Set(
    (request.headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()),
  );
  // They belong to the message, whatever is said of them: without its length a body would be read as the next request.
  for (const name of OF_A_MESSAGE) named.delete(name);
  const sent: string[] = [];
  for (const [name, value] of pairsOf(request.rawHeaders)) {
    const key = name.toLowerCase();
    if (OF_A_CONNECTION.has(key) || named.has(key) || SAID_BY_PROXIES.test(key) || key in headers) continue;
    sent.push(name, value);
  }
  for (const [name, value] of Object.entries(headers)) sent.push(name, value);
  if (request.headers['transfer-encoding'] !== undefined) sent.push('Transfer-Encoding', 'chunked');
  if (isUpgrade(request)) sent.push('Connection', 'Upgrade', 'Upgrade', 'websocket');
  return sent;
}

async function answerOf(outgoing: ClientRequest, passed: PassedRequest): Promise<Passage | 'stale'> {
  const { promise, resolve } = Promise.withResolvers<Passage | 'stale'>();
  const state = { connected: false, answered: false };
  outgoing.on('error', () => {
    if (passed.response.destroyed || passed.signal.aborted) resolve('done');
    else if (state.answered) passed.response.destroy();
    else if (outgoing.reusedSocket) resolve('stale');
    else resolve(state.connected ? 'broken' : 'unreached');
  });
  outgoing.on('socket', (socket: Socket) => {
    const begin = (): void => {
      state.connected = true;
      if (hasBody(passed.request)) passed.request.pipe(outgoing);
      else outgoing.end();
    };
    if (socket.connecting) socket.once('connect', begin);
    else begin();
  });
  outgoing.on('response', (incoming) => {
    state.answered = true;
    void sendAnswer(incoming, passed).finally(() => resolve('done'));
  });
  outgoing.on('upgrade', (incoming, socket, head) => {
    state.answered = true;
    void join(incoming, { socket, head }, passed).finally(() => resolve('done'));
  });
  return await promise;
}

async function sendAnswer(incoming: IncomingMessage, passed: PassedRequest): Promise<void> {
  const { request, response, signal } = passed;
  try {
    // What is still to come of the body would be read as the next request.
    if (!request.complete) response.shouldKeepAlive = false;
    response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, answerHeadersOf(incoming, passed));
    response.flushHeaders();
    await pipeline(incoming, response, { signal });
  } catch {
    // A status that was sent cannot be taken back: a connection that breaks says that the rest is missing.
    response.destroy();
    incoming.destroy();
  }
}

function answerHeadersOf(
  incoming: IncomingMessage,
  { takes, answerHeaders, added = {} }: PassedRequest,
): string[] {
  const named = new Set(
    (incoming.headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()),
  );
  const sent: string[] = [];
  for (const [name, value] of pairsOf(incoming.rawHeaders)) {
    const key = name.toLowerCase();
    if (OF_A_CONNECTION.has(key) || named.has(key) || key in answerHeaders || !takes(key, value)) continue;
    sent.push(name, value);
  }
  for (const [name, value] of [...Object.entries(answerHeaders), ...Object.entries(added)])
    sent.push(name, value);
  return sent;
}

/** Joins both connections, once the program has agreed to speak another protocol. */
async function join(
  incoming: IncomingMessage,
  { socket, head }: { readonly socket: Duplex; readonly head: Buffer },
  passed: PassedRequest,
): Promise<void> {
  const { request, response, signal } = passed;
  const client = request.socket;
  response.detachSocket(client);
  const lines = [
    ...pairsOf([...answerHeadersOf(incoming, passed), 'Connection', 'Upgrade', 'Upgrade', 'websocket']),
  ];
  const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  client.write(`HTTP/1.1 101 Switching Protocols\r\n${text}\r\n`, 'latin1');
  // Nobody else looks at how long it is silent: it is no connection of the server's any more.
  client.setTimeout(SILENCE_MS, () => client.destroy());
  if (head.length > 0) socket.unshift(head);
  const ways = [pipeline(socket, client, { signal }), pipeline(client, socket, { signal })];
  const both = Promise.allSettled(ways);
  await Promise.race(ways).catch(() => undefined);
  // Who has said all may still be answered, but not for ever.
  await Promise.race([both, delay(FAREWELL_MS, undefined, { ref: false })]);
  client.destroy();
  socket.destroy();
  // It was sent without the response, which would wait for its end for ever, and with it who counts the calls.
  response.statusCode = 101;
  response.destroy();
}

function* pairsOf(raw: readonly string[]): Generator<[string, string]> {
  for (let at = 0; at + 1 < raw.length; at += 2) yield [raw[at] ?? '', raw[at + 1] ?? ''];
}

/** Has a server's upgrades be answered as all requests are: by whoever answers those, with a response of its own. */
export function answerUpgrades(
  server: {
    on(event: 'upgrade', listener: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): unknown;
  },
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  server.on('upgrade', (request, duplex, head) => {
    const socket = duplex as Socket;
    socket.on('error', () => socket.destroy());
    if (head.length > 0) socket.unshift(head);
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    // Nobody reads it any more, so that its end would never be seen.
    response.once('finish', () => socket.destroySoon());
    answer(request, response);
  });
}
