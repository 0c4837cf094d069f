// `GET /sign-in/space`, at the hub: sends a browser that is signed in on to a Space, with a ticket for that one.
import { z } from 'zod';
import { type Clock } from '@holdfast/kernel/clock';
import { isFault } from '@holdfast/kernel/fault';
import { type Keys } from '@holdfast/platform/keys';
import { fullName, repoMissing } from '#modules/repos';
import { type Sessions, type Visit } from '#modules/sessions';
import { type ServedSpace, type Spaces } from '#modules/spaces';
import { defineRoute, type Call, type Route } from '../route/route.ts';
import { findCookie } from '../web/cookies.ts';
import { originOf } from './space-address.ts';
import { redirect } from './redirect.ts';
import { pageOf, policyOf } from './page.ts';
import { localPath, MARK_DIGEST, signPass } from './visits.ts';
import { languageOf, linesOf, madeBy } from './words.ts';

/** What the route needs. */
export interface VisitDeps {
  readonly keys: Keys;
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly spaces: Spaces;
  readonly spacesHost: string;
}

/** The path of the route. */
export const VISIT_PATH = '/sign-in/space';

/** The route. Who is not signed in signs in first; who may not know of the Space hears that there is none. */
export function visitRoute(deps: VisitDeps): Route {
  return defineRoute({
    operation: 'visitSpace',
    summary: 'Go on to a Space, signed in',
    method: 'GET',
    path: VISIT_PATH,
    access: 'page',
    allowance: 'api',
    params: z.unknown(),
    query: z.object({
      space: z.string().max(63),
      browser: z.string().regex(MARK_DIGEST).optional(),
      to: z.string().max(4_000).optional(),
    }),
    bodyKind: 'none',
    body: z.unknown(),
    output: 'stream',
    async run({ request, reply, baseUrl, query }) {
      const { space: label, browser, to: wish } = query;
      const to = localPath(wish);
      const value = findCookie('session', request.headers.cookie, baseUrl);
      const visit = value === undefined ? undefined : await deps.sessions.find(value);
      if (visit === undefined) {
        redirect(reply.raw, signInFirst({ space: label, ...(browser !== undefined && { browser }), to }));
        return;
      }
      const served = await deps.spaces.open(visit.actor, label).catch((error: unknown) => {
        throw isFault(error) ? repoMissing() : error;
      });
      const origin = originOf(served.label, { ...deps, baseUrl });
      if (browser === undefined) {
        // The Space's own origin marks the browser first.
        goOn({ request, reply, baseUrl }, { served, visit, address: `${origin}${to}` });
        return;
      }
      const pass = { label: served.label, sessionId: visit.session.id, at: deps.clock.now(), browser };
      const asked = new URLSearchParams({ ticket: signPass(deps.keys, 'space-ticket', pass), to });
      goOn({ request, reply, baseUrl }, { served, visit, address: `${origin}/-/enter?${String(asked)}` });
    },
  });
}

function signInFirst(asked: Readonly<Record<string, string>>): string {
  const back = `${VISIT_PATH}?${String(new URLSearchParams(asked))}`;
  return `/sign-in?${String(new URLSearchParams({ to: back }))}`;
}

/**
 * Sends the browser on by a page, not by a redirect: it may have come here through the form of the sign-in, whose policy
 * lets no form end on another origin. The page goes on by itself to Spaces of one's own and of one's organisations; before
 * anybody else's it waits, so that no link to the sign-in ends on a page that asks for the password once more.
 */
function goOn(
  { request, reply, baseUrl }: Pick<Call<unknown, unknown, unknown>, 'request' | 'reply' | 'baseUrl'>,
  {
    served,
    visit,
    address,
  }: {
    readonly served: ServedSpace;
    readonly visit: Visit;
    readonly address: string;
  },
): void {
  const { repo } = served;
  const title = fullName(repo);
  const isOwn = visit.actor.userId === repo.namespaceId || visit.actor.memberships.has(repo.namespaceId);
  const language = languageOf({ request, baseUrl });
  const lines = linesOf(madeBy(repo.namespace), language);
  const page = pageOf({ language, title, lines, link: address });
  reply.raw
    .writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': Buffer.byteLength(page),
      'Content-Security-Policy': policyOf(),
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      ...(isOwn && { Refresh: `0; url=${address}` }),
    })
    .end(page);
}
