// An application in which people sign in with their account here: registered by its owner, and what it sends.
import { createHash, randomBytes } from 'node:crypto';
import { OPERATOR, type ServedHub } from './served-hub.ts';
import { PASSWORD, signInAs, visitAs } from './sign-in.ts';
import { TestBrowser, type PageAnswer } from './test-browser.ts';

/** What an application knows of itself. */
export interface OauthClient {
  readonly clientId: string;
  readonly secret: string | undefined;
  readonly redirect: string;
}

/** What the token endpoint answers. */
export interface TokenSet {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token?: string;
  readonly scope: string;
  readonly expires_in: number;
  readonly error?: string;
}

/** Where the application of a test is. Nobody listens there. */
export const REDIRECT = 'https://app.example/back';

/** What a test wants of an application. */
export interface ClientWish {
  readonly owner?: string;
  readonly scopes?: readonly string[];
  readonly redirects?: readonly string[];
  readonly confidential?: boolean;
}

/** Registers one. */
export async function registerClient(hub: ServedHub, wish: ClientWish = {}): Promise<OauthClient> {
  const { redirects = [REDIRECT], owner = 'maker', confidential = false } = wish;
  const { actor } = await visitAs(hub, owner);
  const { application, secret } = await hub.modules.applications.register(actor, {
    name: 'Weather',
    redirects,
    scopes: wish.scopes ?? ['openid', 'profile'],
    isConfidential: confidential,
  });
  const [redirect = REDIRECT] = redirects;
  return { clientId: application.id, secret: secret?.reveal('to act as it'), redirect };
}

/** What an application keeps while somebody is away to sign in. */
export interface Pkce {
  readonly verifier: string;
  readonly challenge: string;
}

/** A verifier and its challenge. */
export function newPkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** The path to which an application sends people; an empty field is left out. */
export function authorizePath(
  { clientId, redirect }: OauthClient,
  pkce: Pkce,
  fields: Readonly<Record<string, string>> = {},
): string {
  const all: Record<string, string> = {
    ...{ client_id: clientId, redirect_uri: redirect, response_type: 'code', scope: 'openid profile' },
    ...{ state: 's1', code_challenge: pkce.challenge, code_challenge_method: 'S256', ...fields },
  };
  const given = Object.entries(all).filter(([, value]) => value !== '');
  return `/oauth/authorize?${new URLSearchParams(given).toString()}`;
}

/** A browser in which somebody is signed in. */
export async function signedInBrowser(hub: ServedHub, name: string): Promise<TestBrowser> {
  await signInAs(hub, name);
  const browser = new TestBrowser(hub);
  await browser.signIn(name, PASSWORD);
  return browser;
}

/** Where a page leads on to: by its head, or by what it has the browser do. */
export function onwardOf({ location, body }: PageAnswer): URL {
  const [, found = ''] = /http-equiv="refresh" content="0; url=([^"]*)"/.exec(body) ?? [];
  return new URL(location === '' ? found.replaceAll('&amp;', '&') : location);
}

/** Has somebody allow what is asked for; gives where they are sent. */
export async function allow(
  browser: TestBrowser,
  path: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<URL> {
  return onwardOf(await browser.send(path.replace('?', '?/allow&'), { answer: 'yes', ...fields }));
}

/** Asks the token endpoint. */
export async function askToken(
  hub: Pick<ServedHub, 'url'>,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly body: TokenSet; readonly headers: Headers }> {
  const given = Object.entries(fields).filter(([, value]) => value !== '');
  const body = new URLSearchParams(given);
  const answer = await fetch(`${hub.url}/oauth/token`, { method: 'POST', headers, body });
  return { status: answer.status, body: (await answer.json()) as TokenSet, headers: answer.headers };
}

/** What an application sends for a code; an empty field is left out. */
export function codeFields(
  { clientId, redirect, secret = '' }: OauthClient,
  { verifier }: Pkce,
  code: string,
): Record<string, string> {
  return {
    ...{ grant_type: 'authorization_code', client_id: clientId, client_secret: secret, code },
    ...{ redirect_uri: redirect, code_verifier: verifier },
  };
}

/** What an application sends for a refresh token. */
export function refreshFields({ clientId, secret = '' }: OauthClient, token: string): Record<string, string> {
  return {
    ...{ grant_type: 'refresh_token', client_id: clientId, client_secret: secret },
    refresh_token: token,
  };
}

/** Has somebody sign in to an application, and choose an organisation where one is named; gives the application's tokens. */
export async function signInTo(
  hub: ServedHub,
  client: OauthClient,
  { user = 'alice', org, ...fields }: Readonly<Record<string, string>> = {},
): Promise<TokenSet> {
  const pkce = newPkce();
  const browser = await signedInBrowser(hub, user);
  const to = await allow(browser, authorizePath(client, pkce, fields), org === undefined ? {} : { org });
  const { status, body } = await askToken(hub, codeFields(client, pkce, to.searchParams.get('code') ?? ''));
  if (status !== 200) throw new Error(`no tokens: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** Calls the API with a token; gives the status. */
export async function statusWith(hub: ServedHub, token: string, path: string): Promise<number> {
  const answer = await fetch(`${hub.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  await answer.body?.cancel();
  return answer.status;
}

/** Makes an organisation. */
export async function addOrg(hub: ServedHub, name: string, owner: string): Promise<string> {
  return (await hub.modules.identity.createOrg(OPERATOR, { name, owner })).id;
}
