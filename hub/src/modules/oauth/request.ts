// What an application asks for when it sends somebody here (RFC 6749, 4.1.1; OpenID Connect Core, 3.1.2.1). Pure.
import { isChallenge } from './model.ts';
import { areWithin, parseScopes, type Scope } from './scopes.ts';

/** Why an application is sent back without a code, in the words of its protocol. */
export type AskError =
  | 'invalid_request'
  | 'unauthorized_client'
  | 'access_denied'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'login_required'
  | 'consent_required'
  | 'request_not_supported'
  | 'request_uri_not_supported';

/** A request that can be answered. */
export interface AskedRequest {
  readonly scopes: readonly Scope[];
  readonly nonce: string;
  readonly challenge: string;
  readonly prompt: ReadonlySet<string>;
  /** Seconds since the person proved who they are, at most. */
  readonly maxAge: number | undefined;
}

/** A request that cannot. */
export interface RefusedRequest {
  readonly error: AskError;
  readonly why: string;
}

const LONGEST_TEXT = 2_000;
const PROMPTS: ReadonlySet<string> = new Set(['none', 'login', 'consent', 'select_account']);

/** The one value of a field; nothing where it is not there, or more than once. */
export function only(query: URLSearchParams, name: string): string | undefined {
  const all = query.getAll(name);
  return all.length === 1 ? all[0] : undefined;
}

/** What is asked for, of an application with these scopes. `isPublic`: it cannot keep a secret, and must show a challenge. */
export function parseRequest(
  query: URLSearchParams,
  { scopes: most, isPublic }: { readonly scopes: readonly Scope[]; readonly isPublic: boolean },
): AskedRequest | RefusedRequest {
  for (const name of new Set(query.keys()))
    if (query.getAll(name).length > 1) return refused('invalid_request', `${name} stands there twice.`);
  const ways = checkWays(query);
  if (ways !== undefined) return ways;
  const scopes = parseScopes(query.get('scope') ?? '');
  if (scopes === undefined) return refused('invalid_scope', 'A scope is unknown here, or there is none.');
  if (!areWithin(scopes, most))
    return refused('invalid_scope', 'The application was registered for less than that.');
  const challenge = challengeOf(query, isPublic);
  if (typeof challenge !== 'string') return challenge;
  const nonce = query.get('nonce') ?? '';
  if (nonce.length > LONGEST_TEXT || (query.get('state') ?? '').length > LONGEST_TEXT)
    return refused('invalid_request', 'nonce and state have 2000 characters at most.');
  return withPrompt(query, { scopes, nonce, challenge });
}

function checkWays(query: URLSearchParams): RefusedRequest | undefined {
  // What a request object says would take the place of what is looked at here.
  if (query.has('request')) return refused('request_not_supported', 'Send the fields themselves.');
  if (query.has('request_uri')) return refused('request_uri_not_supported', 'Send the fields themselves.');
  if (query.get('response_type') === null)
    return refused('invalid_request', 'response_type is missing; it must be "code".');
  if (query.get('response_type') !== 'code')
    return refused('unsupported_response_type', 'Only response_type=code is answered here.');
  if ((query.get('response_mode') ?? 'query') !== 'query')
    return refused('invalid_request', 'Only response_mode=query is answered here.');
  return undefined;
}

function challengeOf(query: URLSearchParams, isPublic: boolean): string | RefusedRequest {
  const challenge = query.get('code_challenge');
  if (challenge === null) {
    if (!isPublic && !query.has('code_challenge_method')) return '';
    return refused('invalid_request', 'code_challenge is missing (PKCE, RFC 7636).');
  }
  // `plain`, also where no method is named, would tell the verifier to whoever sees the request.
  if (query.get('code_challenge_method') !== 'S256')
    return refused('invalid_request', 'code_challenge_method must be "S256".');
  return isChallenge(challenge) ? challenge : refused('invalid_request', 'code_challenge is malformed.');
}

function withPrompt(
  query: URLSearchParams,
  rest: Pick<AskedRequest, 'scopes' | 'nonce' | 'challenge'>,
): AskedRequest | RefusedRequest {
  const prompt = new Set((query.get('prompt') ?? '').split(' ').filter((one) => one !== ''));
  if ([...prompt].some((one) => !PROMPTS.has(one)) || (prompt.has('none') && prompt.size > 1))
    return refused('invalid_request', 'prompt is malformed.');
  const age = query.get('max_age');
  if (age !== null && !/^\d{1,9}$/.test(age)) return refused('invalid_request', 'max_age is malformed.');
  return { ...rest, prompt, maxAge: age === null ? undefined : Number(age) };
}

function refused(error: AskError, why: string): RefusedRequest {
  return { error, why };
}
