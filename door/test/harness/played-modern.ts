// A host that speaks HTTP/2 alone, as the world plays it: it streams, takes what is sent, and ends both with trailers.
import { createHash } from 'node:crypto';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

/** What it streams, one piece after the other. */
export const PIECES = ['data: one\n\n', 'data: two\n\n', 'data: three\n\n'];

async function answer(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
  if (request.url === '/stream') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const piece of PIECES) {
      response.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    response.addTrailers({ 'grpc-status': '0' });
    response.end();
    return;
  }
  const digest = createHash('sha256');
  for await (const piece of request) digest.update(piece as Buffer);
  const sent = String(request.trailers['x-sent'] ?? '');
  response.end(`hello ${request.authority} ${digest.digest('hex')} ${sent}`);
}

/** Plays it; `tell` is given by which protocol each request came. */
export function playModern(
  tell: (line: object) => void,
): (request: Http2ServerRequest, response: Http2ServerResponse) => void {
  return (request, response) => {
    tell({ request: request.url, host: request.authority, spoken: request.httpVersion });
    answer(request, response).catch(() => response.stream.destroy());
  };
}
