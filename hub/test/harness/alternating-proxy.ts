// Stands before several hubs and sends each request of a kind to the next of them, so that what a client does again and again, and most of
// its steps, go to another one than before.
import { once } from 'node:events';
import http from 'node:http';

/** A request that came through. */
export interface PassedRequest {
  /** The place of the hub that answered it among the ports. */
  readonly hub: number;
  readonly method: string;
  /** The path, without the query. */
  readonly path: string;
}

/** What tells the kinds of requests apart, in their paths. */
const KINDS = ['preupload', 'commit', 'batch', 'resolve', 'xorbs', 'shards', 'reconstructions'];

/** The proxy. */
export interface AlternatingProxy extends AsyncDisposable {
  /** All requests so far, in order. */
  readonly passed: readonly PassedRequest[];
}

/** Starts it on a port, in front of hubs on others. */
export async function startAlternatingProxy(
  port: number,
  hubs: readonly number[],
): Promise<AlternatingProxy> {
  const passed: PassedRequest[] = [];
  const lastOf = new Map<string, number>();
  const hubFor = (method: string, path: string): number => {
    const kind = `${method} ${KINDS.find((one) => path.split('/').includes(one)) ?? ''}`;
    const hub = ((lastOf.get(kind) ?? -1) + 1) % hubs.length;
    lastOf.set(kind, hub);
    return hub;
  };
  const server = http.createServer((request, response) => {
    const { method = 'GET', headers, url = '/' } = request;
    const [path = ''] = url.split('?');
    const hub = hubFor(method, path);
    passed.push({ hub, method, path });
    const upstream = http.request({ port: hubs[hub], host: '127.0.0.1', method, path: url, headers });
    upstream.on('error', () => response.destroy());
    upstream.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    response.on('close', () => upstream.destroy());
    request.pipe(upstream);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    passed,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
