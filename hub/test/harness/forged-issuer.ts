// An issuer that says what a test tells it: right by default, wrong in one thing at a time.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { openLog } from '@holdfast/platform/log';
import { Issuer } from '@holdfast/courier/issuer';
import { mintStart, type SignOnStart } from '../../src/modules/sso/model.ts';

/** What is wrong. */
export interface Forgery {
  /** Members of the token in place of the right ones. */
  readonly claims?: JWTPayload;
  /** How it is signed: by a key that the issuer names, by another, or not at all. */
  readonly signed?: 'rightly' | 'by another' | 'not' | 'by the secret';
  /** Members of what the issuer says of itself. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** The status of the token endpoint. */
  readonly status?: number;
}

/** A running issuer. */
export interface ForgedIssuer extends AsyncDisposable {
  readonly address: string;
  /** What is wrong from now on. */
  forge(forgery: Forgery): void;
  /** What came to the token endpoint. */
  readonly asked: readonly URLSearchParams[];
  /** Opens the courier's side of it, which remembers nothing yet. */
  client(hosts?: readonly string[]): Issuer;
}

/** The client that it knows. */
export const CLIENT = 'holdfast';
const SECRET = 'a secret of more than thirty-two characters';
const BACK = 'http://localhost:1/sign-in/issuer/back';

/** Starts one. */
export async function startForgedIssuer(): Promise<ForgedIssuer> {
  const right = await generateKeyPair('RS256');
  const other = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(right.publicKey)), kid: '1', alg: 'RS256', use: 'sig' };
  const asked: URLSearchParams[] = [];
  let forgery: Forgery = {};
  let nonce = '';
  let address = '';
  const tokenOf = async (): Promise<string> => {
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: address,
      sub: 'ada',
      aud: CLIENT,
      iat: now,
      exp: now + 300,
      nonce,
      ...forgery.claims,
    };
    if (forgery.signed === 'not') return new UnsecuredJWT(claims).encode();
    if (forgery.signed === 'by the secret')
      return await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(SECRET));
    const key = forgery.signed === 'by another' ? other.privateKey : right.privateKey;
    return await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: '1' }).sign(key);
  };
  const answers: Readonly<Record<string, (body: string) => Promise<object> | object>> = {
    '/.well-known/openid-configuration': () => ({
      issuer: address,
      authorization_endpoint: `${address}/auth`,
      token_endpoint: `${address}/token`,
      jwks_uri: `${address}/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      ...forgery.metadata,
    }),
    '/keys': () => ({ keys: [jwk] }),
    '/token': async (body) => {
      asked.push(new URLSearchParams(body));
      return { access_token: 'x', token_type: 'Bearer', id_token: await tokenOf() };
    },
  };
  const server = createServer((request, response) => {
    void (async () => {
      const path = request.url ?? '';
      const answer = await answers[path]?.(await text(request));
      const status = path === '/token' ? (forgery.status ?? 200) : 200;
      response
        .writeHead(answer === undefined ? 404 : status, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer ?? {}));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // What the test's sign-on is begun with is what the right token names.
  nonce = START.nonce;
  return {
    address,
    asked,
    forge: (next) => {
      forgery = next;
    },
    client: (hosts = []) =>
      new Issuer(
        {
          address,
          clientId: CLIENT,
          scopes: ['openid'],
          groupsClaim: 'groups',
          asksAnew: true,
          hosts: [...hosts],
          certificates: null,
        },
        undefined,
        openLog('test', { write: () => undefined }),
      ),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A sign-on that was begun. */
export const START: SignOnStart = mintStart(BACK, false);

/** The query with which an issuer leads back. */
export function queryOf(more: Readonly<Record<string, string>> = {}): string {
  return new URLSearchParams({ code: 'code', state: START.state, ...more }).toString();
}
