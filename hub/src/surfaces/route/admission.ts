// Lets a call in: who calls, and whether they did not call too often.
import { countedAddress } from '@holdfast/kernel/network';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Fault } from '@holdfast/kernel/fault';
import { type Session } from '#modules/tokens';
import { type Sender } from './call-body.ts';
import { type Caller } from './caller.ts';
import { instanceSealed, rateLimited, signInNeeded } from './faults.ts';
import { isFromSandbox } from './public-address.ts';
import { isLoopback, type RateLimiter } from './rate-limit.ts';
import { type Access, type Route } from './route.ts';

/** What letting in needs to know. */
export interface AdmissionOptions {
  /** Absent: calls are not counted. */
  readonly rateLimiter: RateLimiter | undefined;
  readonly exemptLoopback: boolean;
  /** The database lacks what was signed: nobody is let in, because what was revoked since would work again. */
  readonly sealed?: boolean;
  /** Who calls. Throws where a credential is not live. */
  readonly identify: (request: FastifyRequest) => Promise<Caller>;
  /** Throws where this token is not accepted from this address. */
  readonly requireAddress: (session: Session, address: string) => void;
  /** Called once a signed-in caller was let in. */
  readonly noteUse: (session: Session, address: string, client: string) => void;
}

/** A call that wants in. */
export interface Admitted {
  readonly route: Route;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

// What these are called with says who calls, and their handlers look at it.
const UNNAMED: ReadonlySet<Access> = new Set<Access>(['open', 'link', 'xet', 'page', 'client']);

/**
 * Who calls, as it is known now. Throws `token.rejected`, `token.address-refused`, and `request.sign-in-needed` where nobody
 * in particular may not call. `tell` hears who it is before their address is looked at, so that a refusal has a name.
 */
export async function identify(
  { route, request }: Pick<Admitted, 'route' | 'request'>,
  options: AdmissionOptions,
  tell: (caller: Caller) => void = () => undefined,
): Promise<Caller> {
  if (UNNAMED.has(route.access))
    return { actor: { kind: 'anonymous', mayReadPublic: false }, session: undefined };
  const caller = await options.identify(request);
  if (route.access === 'user' && caller.session === undefined) throw signInNeeded();
  tell(caller);
  if (caller.session !== undefined) {
    options.requireAddress(caller.session, request.ip);
    options.noteUse(caller.session, request.ip, request.headers['user-agent'] ?? '');
  }
  return caller;
}

/** Who sends a call's body and is counted for it. */
export function senderOf(request: FastifyRequest, { actor, session }: Caller): Sender {
  // The operator's socket has no address.
  if (actor.kind === 'operator') return { key: 'operator', known: true };
  const known = session?.account.id ?? (actor.kind === 'user' ? actor.userId : undefined);
  return { key: known ?? countedAddress(request.ip), known: known !== undefined };
}

/** Finds out who calls, and counts the call. Throws what `identify` throws, `request.rate-limited` and `instance.sealed`. */
export async function admit(
  call: Admitted,
  options: AdmissionOptions,
  tell?: (caller: Caller) => void,
): Promise<Caller> {
  const { route, request } = call;
  if (options.sealed === true && route.access !== 'open') throw instanceSealed();
  let caller: Caller;
  try {
    caller = await identify(call, options, tell);
  } catch (error) {
    // Whoever tries tokens has no account to count against; each try costs a query, so the address pays for it. So it does
    // for tokens that were found: their owner must not.
    if (error instanceof Fault && (error.kind === 'unauthenticated' || error.kind === 'forbidden'))
      countVain(call, options);
    throw error;
  }
  if (route.allowance !== 'none') countCall(call, senderOf(request, caller), options);
  return caller;
}

/** Programs of Spaces share an address with people of the machine, who are not counted: those are, all of them as one. */
function countVain(call: Admitted, options: AdmissionOptions): void {
  const { host } = call.request.headers;
  if (isFromSandbox(host))
    countCall(call, { key: 'spaces', known: false }, { ...options, exemptLoopback: false });
  else countCall(call, { key: countedAddress(call.request.ip), known: false }, options);
}

function countCall({ route, request, reply }: Admitted, sender: Sender, options: AdmissionOptions): void {
  if (options.rateLimiter === undefined) return;
  if (options.exemptLoopback && isLoopback(request.ip)) return;
  const allowance = route.allowance === 'resolve' ? 'resolve' : 'api';
  const standing = options.rateLimiter.count(allowance, { key: sender.key, signedIn: sender.known });
  if (route.answersAlike === true) {
    if (!standing.allowed) throw rateLimited(standing.resetIn);
    return;
  }
  const name = allowance === 'api' ? 'api' : 'resolvers';
  reply.raw.setHeader('ratelimit', `"${name}";r=${standing.remaining};t=${standing.resetIn}`);
  reply.raw.setHeader(
    'ratelimit-policy',
    `"fixed window";"${name}";q=${standing.quota};w=${options.rateLimiter.windowSeconds}`,
  );
  if (standing.allowed) return;
  reply.raw.setHeader('retry-after', String(standing.resetIn));
  throw rateLimited(standing.resetIn);
}
