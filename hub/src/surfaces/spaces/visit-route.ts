// `GET /sign-in/space`, at the hub: sends a browser that is signed in on to a Space, with a ticket for that one.
import { z } from 'zod';
import { type Clock } from '@holdfast/kernel/clock';
import { isFault } from '@holdfast/kernel/fault';
import { type Keys } from '@holdfast/platform/keys';
import { repoMissing } from '#modules/repos';
import { type Sessions } from '#modules/sessions';
import { type Spaces } from '#modules/spaces';
import { defineRoute, type Call, type Route } from '../route/route.ts';
import { findCookie } from '../web/cookies.ts';
import { originOf } from './space-address.ts';
import { redirect } from './redirect.ts';
import { localPath, signPass } from './visits.ts';

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
    query: z.object({ space: z.string().max(63), to: z.string().max(4_000).optional() }),
    bodyKind: 'none',
    body: z.unknown(),
    output: 'stream',
    async run(call) {
      const { request, reply, baseUrl, query } = call;
      const value = findCookie('session', request.headers.cookie, baseUrl);
      const visit = value === undefined ? undefined : await deps.sessions.find(value);
      const to = localPath(query.to);
      if (visit === undefined) {
        const back = `${VISIT_PATH}?${String(new URLSearchParams({ space: query.space, to }))}`;
        redirect(reply.raw, `/sign-in?${String(new URLSearchParams({ to: back }))}`);
        return;
      }
      const { space } = await deps.spaces.open(visit.actor, query.space).catch((error: unknown) => {
        throw isFault(error) ? repoMissing() : error;
      });
      const { label } = space;
      const pass = { label, sessionId: visit.session.id, at: deps.clock.now() };
      const asked = new URLSearchParams({ ticket: signPass(deps.keys, 'space-ticket', pass), to });
      goOn(call, `${originOf(label, { ...deps, baseUrl })}/-/enter?${String(asked)}`);
    },
  });
}

/**
 * Sends the browser on by a page, not by a redirect: it may have come here through the form of the sign-in, whose policy
 * lets no form end on another origin.
 */
function goOn({ reply }: Pick<Call<unknown, unknown, unknown>, 'reply'>, address: string): void {
  const link = address.replaceAll('&', '&amp;');
  const page = `<!doctype html><meta charset="utf-8"><title>Space</title><p><a href="${link}">${link.split('?', 1)[0]}</a>`;
  reply.raw
    .writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': Buffer.byteLength(page),
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      Refresh: `0; url=${address}`,
    })
    .end(page);
}
