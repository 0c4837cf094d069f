// Stands between a client and the hub and interrupts one transfer, so that resuming can be watched. The hub must be told
// that this is its public address, or it sends the client past it.
import { once } from 'node:events';
import http from 'node:http';
import type { Readable, Writable } from 'node:stream';

/** What happens to the first transfer: the connection is cut, or nothing more comes. */
export type Interruption = 'cut' | 'stall';

/** What is interrupted. */
export interface InterruptionWish {
  readonly kind: Interruption;
  /** A download is interrupted in the answer, an upload in the request. */
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Matches the path. */
  readonly path: RegExp;
  /** Bytes of the body that still come through. */
  readonly after: number;
}

/** The proxy. */
export interface InterruptingProxy extends AsyncDisposable {
  /** The `Range` header of each such transfer, in order; empty text when there was none. */
  readonly ranges: readonly string[];
  /** Settles once the interruption has happened. */
  readonly interrupted: Promise<void>;
}

/** Starts the proxy on a port, in front of a hub on another. */
export async function startInterruptingProxy(
  ports: { readonly port: number; readonly hub: number },
  wish: InterruptionWish,
): Promise<InterruptingProxy> {
  const ranges: string[] = [];
  const { promise: interrupted, resolve } = Promise.withResolvers<void>();
  const server = http.createServer((request, response) => {
    const matches = request.method === wish.method && wish.path.test((request.url ?? '').split('?')[0] ?? '');
    if (matches) ranges.push(request.headers.range ?? '');
    const first = matches && ranges.length === 1;
    const { method, headers, url } = request;
    const upstream = http.request({ port: ports.hub, host: '127.0.0.1', method, path: url, headers });
    const interrupt = (from: Readable, to: Writable): void =>
      passSome([from, to], wish.after, () => {
        if (wish.kind === 'cut') setTimeout(() => response.destroy(), 200);
        resolve();
      });
    upstream.on('error', () => response.destroy());
    upstream.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      if (first && method === 'GET') interrupt(answer, response);
      else answer.pipe(response);
    });
    response.on('close', () => upstream.destroy());
    if (first && method !== 'GET') interrupt(request, upstream);
    else request.pipe(upstream);
  });
  server.listen(ports.port, '127.0.0.1');
  await once(server, 'listening');
  return {
    ranges,
    interrupted,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Passes so many bytes on, and calls back when they are through. */
function passSome([from, to]: readonly [Readable, Writable], most: number, done: () => void): void {
  let passed = 0;
  from.on('data', (chunk: Buffer) => {
    if (passed >= most) return;
    const some = chunk.subarray(0, most - passed);
    passed += some.length;
    to.write(some);
    if (passed < most) return;
    from.pause();
    done();
  });
}
