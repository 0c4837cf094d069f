// How refusals and bugs leave the server, and the headers that every answer carries.
import { randomUUID } from 'node:crypto';
import { type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Fault } from '@holdfast/kernel/fault';
import { type Log } from '@holdfast/platform/log';
import { isDatabaseAway } from '@holdfast/platform/postgres/faults';
import { RepoMoved } from '#modules/repos';
import { type Endings } from '../http/endings.ts';
import { EXPOSED_HEADERS } from '../http/file-headers.ts';
import { clientCode, headerText, statusOf } from './fault-table.ts';
import { databaseAway } from './faults.ts';

const LFS_MEDIA_TYPE = 'application/vnd.git-lfs+json';
/** Seconds after which who was refused for the moment may come again: the supervisor has a database that ended running again within about one. */
export const COME_BACK = '2';

/** A request id: random, and never the caller's own, so that nobody can forge lines of another's request. */
export function newRequestId(): string {
  return randomUUID();
}

/**
 * Headers of every answer but a file's, which has them among its own. Any origin may read what a token shows it; no
 * origin gets credentials of a browser.
 */
export function setStandingHeaders(reply: FastifyReply, requestId: string): void {
  reply.raw.setHeader('x-request-id', requestId);
  reply.raw.setHeader('access-control-allow-origin', '*');
  reply.raw.setHeader('access-control-expose-headers', EXPOSED_HEADERS);
  reply.raw.setHeader('x-content-type-options', 'nosniff');
  reply.raw.setHeader('vary', 'Origin, Authorization');
}

/** Answers a CORS preflight. */
export function answerPreflight(reply: FastifyReply, requestId: string): void {
  setStandingHeaders(reply, requestId);
  void reply
    .header('access-control-allow-methods', 'GET, HEAD, POST, PUT, DELETE, PATCH')
    .header(
      'access-control-allow-headers',
      'authorization, content-type, range, if-none-match, if-range, x-hf-download-counter, x-xet-session-id',
    )
    .header('access-control-max-age', '86400')
    .status(204)
    .send();
}

/** Answers a refusal as the clients read it, and a bug with nothing but its request id. */
export function answerError(
  error: unknown,
  at: { request: FastifyRequest; reply: FastifyReply; log: Log; endings: Endings; challenge: boolean },
): void {
  const { request, reply, log, endings } = at;
  // Who has hung up gets no answer, and work that was given up for it is nobody's bug.
  if (reply.raw.destroyed && error instanceof Error && error.name === 'AbortError') return;
  if (reply.raw.headersSent) {
    // The status is gone; a broken connection is the only honest end of a broken stream.
    reply.raw.destroy();
    if (!(error instanceof Fault)) log.warn({ requestId: request.id, err: error }, 'an answer was cut off');
    return;
  }
  setStandingHeaders(reply, request.id);
  if (error instanceof RepoMoved) {
    void reply
      .status(307)
      .header('location', relocate(request.raw.url ?? '/', error))
      .send();
    return;
  }
  const fault = faultOf(error);
  if (fault === undefined) log.error({ requestId: request.id, err: error }, 'a request failed on a bug');
  else if (fault !== error) log.warn({ requestId: request.id, code: fault.code, err: error }, fault.message);
  else if (fault.hint !== undefined)
    log.info({ requestId: request.id, code: fault.code, hint: fault.hint }, fault.message);
  const status = fault === undefined ? 500 : statusOf(fault);
  const code = fault === undefined ? 'InternalError' : clientCode(fault);
  const message =
    fault === undefined ? `Something went wrong here; the request id is ${request.id}.` : fault.message;
  if (status === 503) reply.raw.setHeader('retry-after', COME_BACK);
  if (status === 401 && at.challenge) reply.raw.setHeader('www-authenticate', 'Basic realm="Holdfast"');
  // What an LFS client prints stands under another name.
  const lfs = request.headers.accept?.includes(LFS_MEDIA_TYPE) === true;
  // An unread body would be read as the next request's head on this connection.
  if (!request.raw.complete) reply.raw.setHeader('connection', 'close');
  reply.raw.setHeader('x-error-code', code);
  reply.raw.setHeader('x-error-message', headerText(message));
  const text = JSON.stringify({ ...fault?.details, error: message, ...(lfs && { message }) });
  const type = lfs ? LFS_MEDIA_TYPE : 'application/json; charset=utf-8';
  answerText(reply.raw, { status, type, text }, endings);
}

/** Answers with a text, which leaves with the other answers of this turn. */
export function answerText(
  response: ServerResponse,
  { status, type, text }: { readonly status: number; readonly type: string; readonly text: string },
  endings: Endings,
): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) });
  endings.add(response, text);
}

// A database that is away is nobody's bug: the caller, or the client on its own, comes back.
function faultOf(error: unknown): Fault | undefined {
  if (error instanceof Fault) return error;
  return isDatabaseAway(error) ? databaseAway(error) : undefined;
}

/** Answers what Node's parser could not read as a request: no route and no request id exist yet. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [
          '431 Request Header Fields Too Large',
          'RequestHeadersTooLarge',
          'The request headers are too large.',
        ]
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'RequestTimeout', 'The request arrived too slowly.']
        : ['400 Bad Request', 'RequestUnreadable', 'This is not an HTTP request that can be read.'];
  const body = JSON.stringify({ error: message });
  socket.end(
    `HTTP/1.1 ${status}\r\nX-Error-Code: ${code}\r\nX-Error-Message: ${message}\r\nConnection: close\r\n` +
      `Content-Type: application/json; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}

// The same URL under the new id: relative, which clients of every era follow.
function relocate(url: string, moved: RepoMoved): string {
  const at = url.toLowerCase().indexOf(`/${moved.from.toLowerCase()}`);
  return at === -1
    ? `/${moved.to}`
    : `${url.slice(0, at)}/${moved.to}${url.slice(at + moved.from.length + 1)}`;
}
