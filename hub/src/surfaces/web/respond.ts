// Has a page answer a call: finds out who is signed in, refuses foreign forms, and sends what the page gives.
import { type Log } from '@holdfast/platform/log';
import { type Refusals } from '#modules/ledger';
import { COME_BACK } from '../route/answer.ts';
import { routeMissing } from '../route/faults.ts';
import { findCookie } from './cookies.ts';
import { foreignForm, pagesMissing } from './faults.ts';
import { pageHeaders } from './headers.ts';
import { isFromOwnPage } from './origin.ts';
import { formOf, ServedPageCall, type AnyCall } from './page-call.ts';
import { type BuiltPages, type PageModules } from './pages.ts';
import { type SecretForm } from './secret-form.ts';

/** What answering needs. */
export interface PageDeps {
  readonly pages: BuiltPages | undefined;
  readonly pageModules: PageModules;
  /** Whether who is not signed in may read what is public. */
  readonly anonymousMayRead: boolean;
  readonly refusals: Refusals;
  readonly log: Log;
}

/** Refuses a form that was not sent by a page of ours, before its body is read. Throws `page.foreign-form`. */
export function requireOwnPage({ request, baseUrl }: Pick<AnyCall, 'request' | 'baseUrl'>): void {
  if (!isFromOwnPage(request.headers as never, baseUrl)) throw foreignForm();
}

const FOR_SCRIPTS = /(?:\/__data\.json|\.html__data\.json|\/__route\.js)$/;

/** Answers a call with a page; a form must have passed `requireOwnPage`. Throws `page.not-built`. */
export async function respondWithPage(deps: PageDeps, call: AnyCall, secret?: SecretForm): Promise<void> {
  const { request, baseUrl, reply } = call;
  const { anonymousMayRead } = deps;
  if (deps.pages === undefined) throw pagesMissing();
  const path = request.url ?? '/';
  // What the pages' framework offers to scripts, of which there are none.
  if (FOR_SCRIPTS.test(path.split('?', 1)[0] ?? ''))
    throw routeMissing(request.method ?? 'GET', path.slice(0, 200));
  const value = findCookie('session', request.headers.cookie, baseUrl);
  // Signing out takes nobody's name, and shall not wait for a database that is away.
  const isSigningOut = request.method === 'POST' && path.split('?', 1)[0] === '/sign-out';
  const visit = value === undefined || isSigningOut ? undefined : await deps.pageModules.sessions.find(value);
  const form = formOf(secret?.fields ?? call.body);
  const at = { hub: deps.pageModules, visit, anonymousMayRead, form, secret };
  const platform = new ServedPageCall(call, at, deps);
  const answer = await deps.pages.respond(requestOf(call, form), {
    platform,
    getClientAddress: () => call.address,
  });
  const body = Buffer.from(await answer.arrayBuffer());
  // Last of all: the sooner the browser has it, the fewer requests show the one from before. What a form did stays done
  // whatever becomes of this, so that it waits for the page that is opened next.
  if (request.method === 'GET' && value !== undefined)
    await platform.rotate(value).catch((err: unknown) => {
      // A page that was made is shown; the next one asks again.
      deps.log.warn({ err }, 'a session could not be given its next value');
    });
  const headers: Record<string, string | string[]> = {
    ...pageHeaders(baseUrl, platform.besides),
    'content-type': 'text/html; charset=utf-8',
    'x-request-id': String(reply.request.id),
    'content-length': String(body.length),
  };
  const location = answer.headers.get('location');
  if (location !== null) headers['location'] = location;
  if (answer.status === 503) headers['retry-after'] = COME_BACK;
  if (platform.cookies.length > 0) headers['set-cookie'] = platform.cookies;
  reply.hijack();
  reply.raw.writeHead(answer.status, headers).end(body);
}

// The page sees no cookie and no address of ours but what it is given: it cannot leak or confuse what it has not.
function requestOf({ request, baseUrl }: AnyCall, form: URLSearchParams): Request {
  const headers = new Headers({ accept: 'text/html' });
  const language = request.headers['accept-language'];
  if (language !== undefined) headers.set('accept-language', language);
  const url = `${baseUrl}${request.url ?? '/'}`;
  if (request.method !== 'POST') return new Request(url, { headers });
  headers.set('origin', new URL(baseUrl).origin);
  return new Request(url, { method: 'POST', headers, body: form });
}
