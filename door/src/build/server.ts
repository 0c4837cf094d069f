// The HTTP of a build's door: GET and HEAD, without a body and without credentials. Everything else is refused and told.
import { type IncomingMessage, type ServerResponse, createServer, type Server } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KiB } from '@holdfast/kernel/size';
import { type Gateway } from './gateway.ts';
import { Refusal } from './refusal.ts';
import { parseTarget } from './request-target.ts';

/** Told what was refused, and why. */
export type OnRefused = (what: string, why: string) => void;

const CREDENTIALS = ['authorization', 'proxy-authorization', 'cookie'];
const LONGEST_NAME = 200;

/** The server, which listens on nothing yet. */
export function createGatewayServer(gateway: Gateway, onRefused: OnRefused): Server {
  const server = createServer({ maxHeaderSize: 16 * KiB, keepAliveTimeout: 60_000 }, (request, response) => {
    void serve(gateway, request, response).catch((error: unknown) => {
      refuse(response, error, (why) => onRefused(nameOf(request), why));
    });
  });
  server.maxConnections = 128;
  const closeDoor = (request: IncomingMessage, socket: Duplex): void => {
    onRefused(nameOf(request), 'a build has no tunnel');
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  };
  server.on('connect', closeDoor);
  server.on('upgrade', closeDoor);
  return server;
}

async function serve(gateway: Gateway, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method } = request;
  if (method !== 'GET' && method !== 'HEAD') throw new Refusal(405, 'a build may fetch, and send nothing');
  if (
    request.headers['transfer-encoding'] !== undefined ||
    Number(request.headers['content-length'] ?? 0) > 0
  )
    throw new Refusal(400, 'a build may fetch, and send nothing');
  if (CREDENTIALS.some((name) => request.headers[name] !== undefined))
    throw new Refusal(403, 'a build sends no credential to an index');
  const target = parseTarget(request.url ?? '');
  if (target === undefined) throw new Refusal(403, 'a build reaches the package indexes, and nothing else');
  const aborted = new AbortController();
  response.once('close', () => {
    aborted.abort();
  });
  const answer = await gateway.answer(target, method, aborted.signal);
  response.writeHead(200, {
    'content-type': answer.mediaType,
    ...(answer.size === undefined ? {} : { 'content-length': answer.size }),
  });
  const body = Readable.from(answer.chunks);
  if (method === 'GET') return await pipeline(body, response);
  body.destroy();
  response.end();
}

function refuse(response: ServerResponse, error: unknown, tell: (why: string) => void): void {
  const known = error instanceof Refusal;
  const why = error instanceof Error ? error.message : String(error);
  // That a package is not there is an answer like others, and who asked may leave.
  if (!(known && error.status === 404) && !hasLeft(error)) tell(why);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = known ? error.status : 502;
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(`${why}\n`);
}

function hasLeft(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'AbortError' || ('code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE');
}

/** What was asked for, short enough to be told. */
function nameOf(request: IncomingMessage): string {
  return `${request.method ?? ''} ${request.url ?? ''}`.slice(0, LONGEST_NAME);
}
