// Requests to the origin of a Space that stay open: a stream, an upload, another protocol.
import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { type Duplex } from 'node:stream';
import { type ServedHub } from './served-hub.ts';

/** A request that was begun. */
export function beginRequest(
  { port }: Pick<ServedHub, 'port'>,
  at: { readonly label: string; readonly path: string; readonly method?: string },
  headers: OutgoingHttpHeaders = {},
): ClientRequest {
  const sent = request({
    ...{ port, host: '127.0.0.1', path: at.path, method: at.method ?? 'GET', agent: false },
    headers: { host: `${at.label}.localhost:${port}`, ...headers },
  });
  sent.on('error', () => undefined);
  return sent;
}

/** Its answer, as soon as that begins. */
export async function answerTo(sent: ClientRequest): Promise<IncomingMessage> {
  sent.end();
  const [incoming] = (await once(sent, 'response')) as [IncomingMessage];
  incoming.on('error', () => undefined);
  return incoming;
}

/** The text of an answer. */
export async function textOf(incoming: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of incoming.setEncoding('utf8')) text += String(part);
  return text;
}

/** Asks for a WebSocket; gives the connection, or the status of the refusal. */
export async function openSocket(
  hub: Pick<ServedHub, 'port'>,
  label: string,
  headers: OutgoingHttpHeaders,
): Promise<Duplex | number> {
  const key = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' };
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket', ...key };
  const sent = beginRequest(hub, { label, path: '/ws' }, { ...upgrade, ...headers });
  sent.end();
  const { promise, resolve } = Promise.withResolvers<Duplex | number>();
  sent.on('upgrade', (_incoming, socket, head) => {
    socket.on('error', () => undefined).unshift(head);
    resolve(socket);
  });
  sent.on('response', (incoming) => {
    incoming.resume();
    resolve(incoming.statusCode ?? 0);
  });
  sent.on('error', () => resolve(0));
  return await promise;
}
