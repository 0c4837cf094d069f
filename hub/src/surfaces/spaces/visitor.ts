// Who visits a Space: the bearer of an access token, or a browser that the hub let in.
import { type IncomingMessage } from 'node:http';
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { isUpgrade } from '@holdfast/platform/pass-on';
import { type Sessions } from '#modules/sessions';
import { holdsToken, identifyCaller, type Caller } from '../route/caller.ts';
import { findCookie } from '../web/cookies.ts';
import { isFramedByHub } from './frames.ts';
import { sessionOf } from './visits.ts';

/** What finding out needs. */
export interface VisitorDeps {
  readonly callers: Parameters<typeof identifyCaller>[1];
  readonly keys: Keys;
  readonly clock: Clock;
  readonly sessions: Pick<Sessions, 'findById'>;
  readonly hubUrl: () => string;
}

/** The visitor. Throws `token.rejected` for a token of ours that is not live; a cookie that is not counts for nothing. */
export async function identifyVisitor(
  request: IncomingMessage,
  at: { readonly label: string; readonly origin: string },
  deps: VisitorDeps,
): Promise<Caller> {
  const { authorization, cookie } = request.headers;
  // Clients of Gradio have their own for tokens of the hub, and leave the usual one to the app.
  const forHub = request.headers['x-hf-authorization'];
  if (typeof forHub === 'string') return await identifyCaller(request, deps.callers, forHub);
  if (authorization !== undefined && holdsToken(authorization))
    return await identifyCaller(request, deps.callers);
  // Other credentials are between the visitor and the app: they prove nothing here, and take nothing away.
  const [isOwn, isFramed] = [isOwnUse(request, at.origin), isFramedByHub(request, deps.hubUrl())];
  if (!isOwn && !isFramed) return await identifyCaller(request, deps.callers, '');
  const sessionIn = (kind: 'space' | 'frame'): Id | undefined => {
    const wanted = { label: at.label, now: deps.clock.now(), browser: '' };
    const text = findCookie(kind, cookie, at.origin);
    return sessionOf(deps.keys, kind === 'space' ? 'space-cookie' : 'space-frame', { ...wanted, text });
  };
  // In a frame of the hub the other cookie proves nothing: it was given for what is shown by itself.
  const sessionId = (isOwn ? sessionIn('space') : undefined) ?? sessionIn('frame');
  const visit = sessionId && (await deps.sessions.findById(sessionId));
  if (visit !== undefined) return { actor: visit.actor, session: undefined };
  return await identifyCaller(request, deps.callers, '');
}

/**
 * Whether a browser asks for the Space itself. Spaces are one site to it, so that cookies go along also where another Space
 * loads a script or a frame of this one: to read what is private, or to have it clicked on (Fetch Metadata, W3C). What may
 * change something must say that it comes from the Space's own pages, and so must a WebSocket, which no policy of ours
 * keeps another site from opening and reading.
 */
function isOwnUse(request: IncomingMessage, origin: string): boolean {
  const { headers, method = '' } = request;
  if (isUpgrade(request)) return headers.origin === origin;
  if (!SAFE.has(method) && headers.origin !== undefined) return headers.origin === origin;
  const site = headers['sec-fetch-site'];
  // A browser that does not say so says at least from where it reads what another origin lets it read.
  if (site === undefined) return headers.origin === undefined || headers.origin === origin;
  if (site === 'none' || site === 'same-origin') return true;
  return (
    SAFE.has(method) && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  );
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
