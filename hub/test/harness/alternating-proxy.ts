// Stands before several hubs and sends each request to the next of them, so that no two steps of a client go to the same one.
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
  const server = http.createServer((request, response) => {
    const { method = 'GET', headers, url = '/' } = request;
    const hub = passed.length % hubs.length;
    passed.push({ hub, method, path: url.split('?')[0] ?? '' });
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
