// Who calls: the token in the Authorization header, or nobody. Cookies are never read here.
import { type IncomingHttpHeaders } from 'node:http';
import { type Actor } from '#modules/access';
import { tokenRejected, type Authentication, type Session } from '#modules/tokens';

/** A caller whose token, if there is one, was checked. */
export interface Caller {
  readonly actor: Actor;
  readonly session: Session | undefined;
}

/** Finds out who calls. Throws `token.rejected` for a token that is not live: a wrong token is never anonymous. */
export async function identifyCaller(
  headers: IncomingHttpHeaders,
  deps: { authentication: Authentication; anonymousMayRead: boolean },
): Promise<Caller> {
  const text = tokenIn(headers.authorization);
  if (text === undefined)
    return { actor: { kind: 'anonymous', mayReadPublic: deps.anonymousMayRead }, session: undefined };
  const session = await deps.authentication.authenticate(text);
  return { actor: session.actor, session };
}

/** The token in a header: `Bearer`, or the password of `Basic`, whose user name git clients fill at will. */
function tokenIn(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization === '') return undefined;
  const space = authorization.indexOf(' ');
  const scheme = authorization.slice(0, space).toLowerCase();
  const value = authorization.slice(space + 1).trim();
  if (scheme === 'bearer') return value;
  if (scheme !== 'basic') throw tokenRejected();
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}
