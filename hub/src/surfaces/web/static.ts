// The files that pages load: a few, read once at start, and named by their content.
import { routeMissing } from '../route/faults.ts';
import { type Call } from '../route/route.ts';

/** Path below `/_app/` → bytes. */
export type StaticFiles = ReadonlyMap<string, Buffer>;

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
};

/** Sends one of the files. Throws `request.no-such-route`. */
export function sendStatic(files: StaticFiles, call: Call<{ '*': string }, unknown, unknown>): void {
  const { reply, params } = call;
  const bytes = files.get(params['*']);
  const type = TYPES[params['*'].split('.').at(-1) ?? ''];
  if (bytes === undefined || type === undefined)
    throw routeMissing('GET', `/_app/${params['*'].slice(0, 200)}`);
  // A name without a digest in it may stand for other bytes after the next start.
  const named = params['*'].startsWith('immutable/');
  reply.hijack();
  reply.raw
    .writeHead(200, {
      'content-type': type,
      'content-length': String(bytes.length),
      'cache-control': named ? 'public, max-age=31536000, immutable' : 'no-cache',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
      'x-request-id': String(reply.request.id),
    })
    .end(bytes);
}
