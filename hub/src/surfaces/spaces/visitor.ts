// Who visits a Space: the bearer of an access token, or a browser that the hub let in.
import { type IncomingMessage } from 'node:http';
import { type Clock } from '@holdfast/kernel/clock';
import { type Keys } from '@holdfast/platform/keys';
import { type Sessions } from '#modules/sessions';
import { identifyCaller, type Caller } from '../route/caller.ts';
import { sessionOf, spaceCookieName } from './visits.ts';

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
  if (request.headers.authorization !== undefined) return await identifyCaller(request, deps.callers);
  const text = cookieIn(request.headers.cookie, spaceCookieName(at.origin));
  const sessionId = sessionOf(deps.keys, 'space-cookie', { text, label: at.label, now: deps.clock.now() });
  const visit = sessionId && (await deps.sessions.findById(sessionId));
  if (visit !== undefined) return { actor: visit.actor, session: undefined };
  return await identifyCaller(request, deps.callers);
}

function cookieIn(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}
