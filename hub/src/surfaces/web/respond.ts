// Has a page answer a call: finds out who is signed in, refuses foreign forms, and sends what the page gives.
import { isFault } from '@holdfast/kernel/fault';
import { COME_BACK } from '../route/answer.ts';
import { isRefusal, statusOf } from '../route/fault-table.ts';
import { countedAddress } from '../route/rate-limit.ts';
import { routeMissing } from '../route/faults.ts';
import { type Call } from '../route/route.ts';
import { type Log } from '@holdfast/platform/log';
import { referencesOf, type Actor } from '#modules/access';
import { type Refusals } from '#modules/ledger';
import { type Browser, type Visit } from '#modules/sessions';
import { cookieHeader, findCookie } from './cookies.ts';
import { foreignForm, pagesMissing } from './faults.ts';
import { pageHeaders } from './headers.ts';
import { isFromOwnPage } from './origin.ts';
import { type BuiltPages, type PageCall, type PageModules } from './pages.ts';

/** What answering needs. */
export interface PageDeps {
  readonly pages: BuiltPages | undefined;
  readonly pageModules: PageModules;
  readonly refusals: Refusals;
  readonly log: Log;
}

type AnyCall = Call<unknown, unknown, unknown>;

const NOBODY: Actor = { kind: 'anonymous', mayReadPublic: false };

/** Refuses a form that was not sent by a page of ours, before its body is read. Throws `page.foreign-form`. */
export function requireOwnPage({ request, baseUrl }: Pick<AnyCall, 'request' | 'baseUrl'>): void {
  if (!isFromOwnPage(request.headers as never, baseUrl)) throw foreignForm();
}

/** Answers a call with a page; a form must have passed `requireOwnPage`. Throws `page.not-built`. */
export async function respondWithPage(deps: PageDeps, call: AnyCall): Promise<void> {
  const { request, baseUrl, reply } = call;
  if (deps.pages === undefined) throw pagesMissing();
  const path = request.url ?? '/';
  // What the pages' framework offers to scripts, of which there are none.
  if (path.includes('/__')) throw routeMissing(request.method ?? 'GET', path.slice(0, 200));
  const cookies = request.headers.cookie;
  const value = findCookie('session', cookies, baseUrl);
  const visit = value === undefined ? undefined : await deps.pageModules.sessions.find(value);
  const set: string[] = [];
  const answer = await deps.pages.respond(requestOf(call), {
    platform: pageCallOf(deps, call, { visit, set }),
    getClientAddress: () => call.address,
  });
  const body = Buffer.from(await answer.arrayBuffer());
  const headers: Record<string, string | string[]> = {
    ...pageHeaders(baseUrl),
    'content-type': 'text/html; charset=utf-8',
    'x-request-id': String(reply.request.id),
    'content-length': String(body.length),
  };
  const location = answer.headers.get('location');
  if (location !== null) headers['location'] = location;
  if (answer.status === 503) headers['retry-after'] = COME_BACK;
  if (set.length > 0) headers['set-cookie'] = set;
  reply.hijack();
  reply.raw.writeHead(answer.status, headers).end(body);
}

// The page sees no cookie and no address of ours but what it is given: it cannot leak or confuse what it has not.
function requestOf({ request, baseUrl, body }: AnyCall): Request {
  const headers = new Headers({ accept: 'text/html' });
  const language = request.headers['accept-language'];
  if (language !== undefined) headers.set('accept-language', language);
  const url = `${baseUrl}${request.url ?? '/'}`;
  if (request.method !== 'POST') return new Request(url, { headers });
  headers.set('origin', new URL(baseUrl).origin);
  return new Request(url, { method: 'POST', headers, body: formOf(body) });
}

function formOf(body: unknown): URLSearchParams {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries((body ?? {}) as Record<string, string | string[]>))
    for (const one of Array.isArray(value) ? value : [value]) fields.append(name, one);
  return fields;
}

function pageCallOf(
  deps: PageDeps,
  call: AnyCall,
  at: { readonly visit: Visit | undefined; readonly set: string[] },
): PageCall {
  const { baseUrl, request, address } = call;
  const { visit, set } = at;
  const keep = (kind: Parameters<typeof cookieHeader>[0], value: string): void =>
    void set.push(cookieHeader(kind, value, baseUrl));
  return {
    hub: deps.pageModules,
    visit,
    baseUrl,
    browser: browserOf(call),
    form: formOf(call.body),
    language: findCookie('language', request.headers.cookie, baseUrl),
    keep: (begun) => {
      keep('session', begun.value.reveal('to give it to the browser'));
      if (begun.known !== undefined) keep('known', begun.known);
    },
    forget: () => keep('session', ''),
    chooseLanguage: (language) => keep('language', language),
    refusalOf: (error) => {
      if (!isFault(error)) return undefined;
      const { code, message } = error;
      if (isRefusal(error))
        deps.refusals.note({
          code,
          address: countedAddress(address),
          ...referencesOf(visit?.actor ?? NOBODY),
        });
      return { status: statusOf(error), code, message };
    },
    noteBug: (err) => {
      const requestId = String(call.reply.request.id);
      deps.log.error({ requestId, err }, 'a page failed on a bug');
      return requestId;
    },
  };
}

function browserOf({ request, address, baseUrl }: AnyCall): Browser {
  return {
    address: countedAddress(address),
    client: request.headers['user-agent'] ?? '',
    known: findCookie('known', request.headers.cookie, baseUrl),
  };
}
