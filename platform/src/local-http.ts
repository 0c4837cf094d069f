// HTTP to a process of this machine over a Unix socket. Nothing of it can leave the machine.
import { request, type IncomingMessage, type IncomingHttpHeaders } from 'node:http';
import net from 'node:net';
import { basename, dirname } from 'node:path';

/** One request with a JSON body, or none. */
export interface LocalRequest {
  /** Path of the socket; its folder may be of any length. */
  readonly socket: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Milliseconds until the whole answer must be there, or, for one that streams, its beginning. */
  readonly timeout: number;
}

/** A whole answer. */
export interface LocalAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The parsed body; `undefined` when it is empty or not JSON. */
  readonly body: unknown;
}

/** An answer that comes line by line. */
export interface LocalStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** What came of it, without line ends. Throws when the connection breaks before the end. */
  readonly lines: AsyncIterable<string>;
}

const LARGEST_ANSWER = 64 * 1024 * 1024;
const LARGEST_LINE = 1024 * 1024;

/** Asks and waits for the answer. Rejects with the system's error when nobody listens, with a `RangeError` when it is too large. */
export async function requestLocally(wanted: LocalRequest): Promise<LocalAnswer> {
  const incoming = await open(wanted, AbortSignal.timeout(wanted.timeout));
  const { statusCode: status = 0, headers } = incoming;
  return { status, headers, body: parse(await readAll(incoming)) };
}

/** Asks for an answer that comes line by line, for as long as it takes. Rejects like `requestLocally`. */
export async function streamLocally(wanted: LocalRequest): Promise<LocalStream> {
  const begun = new AbortController();
  const timer = setTimeout(() => begun.abort(new Error('no answer in time')), wanted.timeout);
  try {
    const incoming = await open(wanted, begun.signal);
    const { statusCode: status = 0, headers } = incoming;
    return { status, headers, lines: linesOf(incoming) };
  } finally {
    clearTimeout(timer);
  }
}

async function open(wanted: LocalRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const body = wanted.body === undefined ? undefined : JSON.stringify(wanted.body);
  const answer = Promise.withResolvers<IncomingMessage>();
  const outgoing = request({
    method: wanted.method,
    path: wanted.path,
    headers: {
      host: 'localhost',
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      ...wanted.headers,
    },
    createConnection: () => connectLocally(wanted.socket),
    signal,
  });
  outgoing.on('response', answer.resolve);
  outgoing.on('error', answer.reject);
  outgoing.end(body);
  return await answer.promise;
}

async function* linesOf(incoming: IncomingMessage): AsyncGenerator<string> {
  incoming.setEncoding('utf8');
  let rest = '';
  for await (const text of incoming) {
    const lines = (rest + String(text)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LARGEST_LINE) throw new RangeError('a line of the answer is too large');
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/**
 * Connects to a socket in a folder of any length. A socket's path may have 107 bytes; from inside its folder the name alone
 * counts. The system resolves it while `connect` runs, so that the folder can be left again at once.
 */
export function connectLocally(path: string): net.Socket {
  const before = process.cwd();
  process.chdir(dirname(path));
  try {
    return net.connect(basename(path));
  } finally {
    process.chdir(before);
  }
}

async function readAll(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += (chunk as Buffer).length;
    if (size > LARGEST_ANSWER) throw new RangeError('the answer is too large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
