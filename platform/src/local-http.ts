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
  /** Milliseconds until the whole answer must be there. */
  readonly timeout: number;
}

/** A whole answer. */
export interface LocalAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The parsed body; `undefined` when it is empty or not JSON. */
  readonly body: unknown;
}

const LARGEST_ANSWER = 64 * 1024 * 1024;

/** Asks and waits for the answer. Rejects with the system's error when nobody listens, with a `RangeError` when it is too large. */
export async function requestLocally(wanted: LocalRequest): Promise<LocalAnswer> {
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
    createConnection: () => connect(wanted.socket),
    signal: AbortSignal.timeout(wanted.timeout),
  });
  outgoing.on('response', answer.resolve);
  outgoing.on('error', answer.reject);
  outgoing.end(body);
  const incoming = await answer.promise;
  const { statusCode: status = 0, headers } = incoming;
  return { status, headers, body: parse(await readAll(incoming)) };
}

// A socket's path may have 107 bytes; from inside its folder the name alone counts. The system resolves it while
// `connect` runs, so that the folder can be left again at once.
function connect(path: string): net.Socket {
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
