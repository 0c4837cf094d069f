// Who calls: the token in the Authorization header, or in the one that takes its place, or nobody. Cookies are never read here.
import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { isTokenText } from '@holdfast/kernel/token-text';
import { type Actor } from '#modules/access';
import { tokenRejected, type Authentication, type Session } from '#modules/tokens';

/** A caller whose token, if there is one, was checked. */
export interface Caller {
  readonly actor: Actor;
  readonly session: Session | undefined;
}

/** Who called last on a connection, and the header that proved it. */
export interface KnownCaller {
  readonly authorization: string;
  readonly session: Session;
  readonly caller: Caller;
}

/**
 * Finds out who calls. Throws `token.rejected` for a token that is not live: a wrong token is never anonymous.
 * A connection mostly carries one caller: while the header is the same and the session current, nothing is digested.
 */
export async function identifyCaller(
  request: IncomingMessage,
  deps: {
    readonly authentication: Authentication;
    readonly anonymousMayRead: boolean;
    readonly known: WeakMap<Socket, KnownCaller>;
  },
  authorization = request.headers.authorization,
): Promise<Caller> {
  const before = deps.known.get(request.socket);
  if (before !== undefined && before.authorization === authorization)
    if (deps.authentication.isCurrent(before.session)) return before.caller;
  const text = tokenIn(authorization);
  if (authorization === undefined || text === undefined)
    return { actor: { kind: 'anonymous', mayReadPublic: deps.anonymousMayRead }, session: undefined };
  const session = await deps.authentication.authenticate(text);
  const caller = { actor: session.actor, session };
  deps.known.set(request.socket, { authorization, session, caller });
  return caller;
}

/** The token in a header: `Bearer`, or the password of `Basic`, whose user name git clients fill at will. */
function tokenIn(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization === '') return undefined;
  const text = credentialIn(authorization);
  if (text === undefined) throw tokenRejected();
  return text;
}

/** Whether a header holds what a token of this hub looks like, live or not. */
export function holdsToken(authorization: string): boolean {
  return isTokenText(credentialIn(authorization) ?? '');
}

/** What stands where a token would; `undefined` for a scheme in which none is sent. */
function credentialIn(authorization: string): string | undefined {
  const space = authorization.indexOf(' ');
  const scheme = authorization.slice(0, space).toLowerCase();
  const value = authorization.slice(space + 1).trim();
  if (scheme === 'bearer') return value;
  if (scheme !== 'basic') return undefined;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}
