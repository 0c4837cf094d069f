// What the origin of a Space says where it has no file to show: a page for people, JSON for programs.
import { type Call } from '../route/route.ts';
import { pageOf, policyOf } from './page.ts';
import { inEnglish, languageOf, linesOf, type Said } from './words.ts';

/** What is said. */
export interface Notice {
  readonly status: 403 | 404 | 502 | 503;
  /** The Space's name. */
  readonly title: string;
  readonly text: Said;
  /** It is worth asking again after so many seconds; a page does so by itself. */
  readonly again?: number;
  /** Where it goes on, in a window of its own. */
  readonly link?: string;
}

/** Says it. The page runs nothing and loads nothing, and is shown in no frame but those of `framers`, a source of a policy. */
export function answerNotice(
  { request, reply, baseUrl }: Pick<Call<unknown, unknown, unknown>, 'request' | 'reply' | 'baseUrl'>,
  { status, title, text, again, link }: Notice,
  framers?: string,
): void {
  const language = languageOf({ request, baseUrl });
  const asPage = request.headers.accept?.includes('text/html') === true;
  const body = asPage
    ? pageOf({
        language,
        title,
        lines: linesOf(text, language),
        ...(again !== undefined && { again }),
        ...(link !== undefined && { link, apart: true }),
      })
    : JSON.stringify({ error: inEnglish(text) });
  reply.raw
    .writeHead(status, {
      'Content-Type': asPage ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
      'Content-Security-Policy': policyOf(framers),
      'X-Content-Type-Options': 'nosniff',
      ...(again !== undefined && { 'Retry-After': String(again) }),
      // What is still to come of a body would be read as the next request.
      ...(!request.complete && { Connection: 'close' }),
      'X-Request-Id': String(reply.request.id),
      Vary: 'Accept, Accept-Language, Authorization, Cookie',
    })
    .end(request.method === 'HEAD' ? undefined : body);
}
