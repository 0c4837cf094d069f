// Stands between a client and the hub and interrupts one download, so that resuming can be watched.
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to the first download of the file: the connection is cut, or nothing more comes. */
export type Interruption = 'cut' | 'stall';

/** What is interrupted. */
export interface InterruptionWish {
  readonly kind: Interruption;
  /** The end of the URL of the file. */
  readonly file: string;
  /** Bytes of the body that still come through. */
  readonly after: number;
}

/** The proxy. */
export interface InterruptingProxy extends AsyncDisposable {
  readonly url: string;
  /** The `Range` header of each GET of the file, in order; empty text when there was none. */
  readonly ranges: readonly string[];
  /** Settles once the interruption has happened. */
  readonly interrupted: Promise<void>;
}

/** Starts the proxy in front of a hub. */
export async function startInterruptingProxy(
  hub: string,
  wish: InterruptionWish,
): Promise<InterruptingProxy> {
  const ranges: string[] = [];
  const { promise: interrupted, resolve } = Promise.withResolvers<void>();
  const { host, port } = new URL(hub);
  const server = http.createServer((request, response) => {
    const isFile =
      request.method === 'GET' && (request.url ?? '').split('?')[0]?.endsWith(wish.file) === true;
    if (isFile) ranges.push(request.headers.range ?? '');
    const first = isFile && ranges.length === 1;
    const headers = { ...request.headers, host };
    const upstream = http.request({
      port,
      host: '127.0.0.1',
      method: request.method,
      path: request.url,
      headers,
    });
    upstream.on('error', () => response.destroy());
    upstream.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      if (!first) {
        answer.pipe(response);
        return;
      }
      let passed = 0;
      answer.on('data', (chunk: Buffer) => {
        if (passed >= wish.after) return;
        passed += chunk.length;
        response.write(chunk);
        if (passed < wish.after) return;
        answer.pause();
        if (wish.kind === 'cut') setTimeout(() => response.destroy(), 200);
        resolve();
      });
    });
    response.on('close', () => upstream.destroy());
    request.pipe(upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ranges,
    interrupted,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
