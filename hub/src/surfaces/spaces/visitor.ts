// Who visits a Space: the bearer of an access token, or a browser that the hub let in.
import { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { type Clock } from '@holdfast/kernel/clock';
import { type Keys } from '@holdfast/platform/keys';
import { type Sessions } from '#modules/sessions';
import { identifyCaller, type Caller } from '../route/caller.ts';
import { findCookie } from '../web/cookies.ts';
import { sessionOf } from './visits.ts';

/** What finding out needs. */
export interface VisitorDeps {
  readonly callers: Parameters<typeof identifyCaller>[1];
  readonly keys: Keys;
  readonly clock: Clock;
  readonly sessions: Pick<Sessions, 'findById'>;
}

/** The visitor. Throws `token.rejected` for a token that is not live; a cookie that is not counts for nothing. */
export async function identifyVisitor(
  request: IncomingMessage,
  at: { readonly label: string; readonly origin: string },
  deps: VisitorDeps,
): Promise<Caller> {
  const { authorization, cookie } = request.headers;
  if (authorization !== undefined || !isOwnUse(request.headers))
    return await identifyCaller(request, deps.callers);
  const text = findCookie('space', cookie, at.origin);
  const wanted = { text, label: at.label, now: deps.clock.now(), browser: '' };
  const sessionId = sessionOf(deps.keys, 'space-cookie', wanted);
  const visit = sessionId && (await deps.sessions.findById(sessionId));
  if (visit !== undefined) return { actor: visit.actor, session: undefined };
  return await identifyCaller(request, deps.callers);
}

/**
 * Whether a browser asks for the Space itself. Spaces are one site to it, so that cookies go along also where another Space
 * loads a script or a frame of this one: to read what is private, or to have it clicked on (Fetch Metadata, W3C).
 */
function isOwnUse(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'none' || site === 'same-origin') return true;
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}
