// What the origin of a Space says where it has no file to show: a page for people, JSON for programs.
import { type Call } from '../route/route.ts';

/** What is said. */
export interface Notice {
  readonly status: 404 | 503;
  /** The Space's name. */
  readonly title: string;
  readonly text: string;
}

/** Says it. The page runs nothing and loads nothing. */
export function answerNotice(
  { request, reply }: Pick<Call<unknown, unknown, unknown>, 'request' | 'reply'>,
  { status, title, text }: Notice,
): void {
  const asPage = request.headers.accept?.includes('text/html') === true;
  const body = asPage ? pageOf(title, text) : JSON.stringify({ error: text });
  reply.raw
    .writeHead(status, {
      'Content-Type': asPage ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
      'X-Content-Type-Options': 'nosniff',
      'X-Request-Id': String(reply.request.id),
      Vary: 'Accept, Authorization, Cookie',
    })
    .end(request.method === 'HEAD' ? undefined : body);
}

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:20vh auto;padding:0 1rem;color-scheme:light dark}' +
  'h1{font-size:1.25rem;overflow-wrap:anywhere}';

function pageOf(title: string, text: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)}</title><style>${STYLE}</style>
<h1>${escape(title)}</h1><p>${escape(text)}</p></html>
`;
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
