// `GET /-/frame`, at the origin of a Space: lets a browser in that shows the Space in a frame of the hub's page, for the ticket
// that the page holds.
import { z } from 'zod';
import { type Clock } from '@holdfast/kernel/clock';
import { type Keys } from '@holdfast/platform/keys';
import { defineRoute, type Route } from '../route/route.ts';
import { cookieHeader, findCookie } from '../web/cookies.ts';
import { FrameTickets, isFramedByHub } from './frames.ts';
import { answerNotice } from './notice.ts';
import { redirect } from './redirect.ts';
import { labelIn } from './space-address.ts';
import { sessionOf, signPass } from './visits.ts';
import { SAY } from './words.ts';

/** What the route needs. */
export interface FrameDeps {
  readonly keys: Keys;
  readonly clock: Clock;
  readonly spacesHost: string;
  readonly hubUrl: () => string;
}

/** The path of the route. */
export const FRAME_PATH = '/-/frame';

/** The route. What it gives counts in frames of the hub's pages alone. */
export function frameRoute(deps: FrameDeps): Route {
  const tickets = new FrameTickets(deps.keys);
  return defineRoute({
    operation: 'enterSpaceFrame',
    summary: "Come into a frame of the hub's page with a ticket, and keep a cookie for that frame alone",
    method: 'GET',
    path: FRAME_PATH,
    access: 'open',
    allowance: 'none',
    params: z.unknown(),
    query: z.object({ ticket: z.string().max(500) }),
    bodyKind: 'none',
    body: z.unknown(),
    output: 'stream',
    run({ request, reply, query, baseUrl }) {
      const hubUrl = deps.hubUrl();
      const label = labelIn(request.headers.host, deps.spacesHost) ?? '';
      const now = deps.clock.now();
      // Asked by any other page, it would have somebody visit under a name that an attacker chose.
      const ticket = isFramedByHub(request, hubUrl) ? tickets.take(query.ticket, label, now) : undefined;
      const text = findCookie('frame', request.headers.cookie, baseUrl);
      const kept = sessionOf(deps.keys, 'space-frame', { text, label, now, browser: '' });
      // Who goes back to the page comes with a ticket that was used, and was let in before.
      const isIn = ticket !== undefined && kept === ticket.sessionId;
      if (ticket?.counts === true) {
        const pass = { label, sessionId: ticket.sessionId, at: now, browser: '' };
        const cookie = cookieHeader('frame', signPass(deps.keys, 'space-frame', pass), baseUrl);
        redirect(reply.raw, '/', { cookies: [cookie], tellsOrigin: true });
      } else if (isIn) redirect(reply.raw, '/', { tellsOrigin: true });
      else {
        const notice = { status: 403, title: 'Space', text: SAY.frameOld } as const;
        answerNotice({ request, reply, baseUrl }, notice, hubUrl);
      }
      return Promise.resolve();
    },
  });
}
