// Asks the operator's issuer who somebody is, by OpenID Connect: authorization code with PKCE, state, nonce and the issuer's
// own name in the answer (RFC 9207). Invariants: only the issuer's hosts are asked; a signature is checked, although the
// token came over TLS; whoever is named was named to us, now, for what this very browser began.
import * as oidc from 'openid-client';
import { type Log } from '@holdfast/platform/log';
import { type Secret } from '@holdfast/kernel/secret';
import { type IssuerSettings } from '@holdfast/supervisor/settings';
import { readClaims } from './claims.ts';
import { type SignOnOutcome, type SignOnStart } from './frames.ts';
import { fetchFrom, isUnreachable, type Hosts } from './reach.ts';

/** Seconds for one answer of the issuer. */
const PATIENCE = 10;
/** What the issuer says of itself is asked for again after so many milliseconds. */
const FRESH_MS = 3_600_000;
/** Seconds that a proof asked for anew may be old, and clocks may differ. */
const ANEW = 300;

/** The operator's issuer. */
export class Issuer {
  readonly #settings: IssuerSettings;
  readonly #secret: Secret<string> | undefined;
  readonly #log: Log;
  readonly #hosts: Hosts;
  #known: { readonly configuration: oidc.Configuration; readonly until: number } | undefined;

  constructor(settings: IssuerSettings, secret: Secret<string> | undefined, log: Log) {
    this.#settings = settings;
    this.#secret = secret;
    this.#log = log;
    const { protocol, host } = new URL(settings.address);
    this.#hosts = {
      protocol,
      names: new Set([host, ...settings.hosts]),
      certificates: settings.certificates,
    };
  }

  /** The address to which a browser goes to sign on. Never throws. */
  async begin(start: SignOnStart): Promise<SignOnOutcome> {
    return await this.#guard(async () => {
      const configuration = await this.#discover();
      const address = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: start.back,
        scope: this.#settings.scopes.join(' '),
        state: start.state,
        nonce: start.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(start.verifier),
        code_challenge_method: 'S256',
        ...(this.#asks(start) && { prompt: 'login', max_age: String(ANEW) }),
      });
      return { kind: 'address', address: address.href };
    });
  }

  /** Who came back. Never throws. */
  async end(start: SignOnStart, query: string): Promise<SignOnOutcome> {
    return await this.#guard(async () => {
      const configuration = await this.#discover();
      const tokens = await oidc.authorizationCodeGrant(configuration, new URL(`${start.back}?${query}`), {
        expectedState: start.state,
        expectedNonce: start.nonce,
        pkceCodeVerifier: start.verifier,
        idTokenExpected: true,
        ...(this.#asks(start) && { maxAge: ANEW }),
      });
      const token = tokens.claims();
      if (token === undefined) return { kind: 'invalid' };
      // Some issuers keep name, mail and groups out of the token.
      const more =
        configuration.serverMetadata().userinfo_endpoint === undefined
          ? {}
          : await oidc.fetchUserInfo(configuration, tokens.access_token, token.sub);
      return { kind: 'claims', claims: readClaims(token, more, this.#settings.groupsClaim) };
    });
  }

  // An issuer that cannot would be answered as one that lies, and nobody could prove by it who they are.
  #asks({ anew }: SignOnStart): boolean {
    return anew && this.#settings.asksAnew;
  }

  async #discover(): Promise<oidc.Configuration> {
    if (this.#known !== undefined && this.#known.until > Date.now()) return this.#known.configuration;
    const { address, clientId } = this.#settings;
    const secret = this.#secret?.reveal('the issuer knows us by it');
    const configuration = await oidc.discovery(
      new URL(address),
      clientId,
      undefined,
      secret === undefined ? oidc.None() : oidc.ClientSecretBasic(secret),
      {
        timeout: PATIENCE,
        [oidc.customFetch]: (url, options) => fetchFrom(this.#hosts, url, options as RequestInit),
        execute: [
          oidc.enableNonRepudiationChecks,
          // Configuration lets only an issuer on this machine be without TLS.
          // eslint-disable-next-line typescript/no-deprecated -- marked so that nobody uses it by mistake
          ...(this.#hosts.protocol === 'http:' ? [oidc.allowInsecureRequests] : []),
        ],
      },
    );
    this.#known = { configuration, until: Date.now() + FRESH_MS };
    return configuration;
  }

  async #guard(work: () => Promise<SignOnOutcome>): Promise<SignOnOutcome> {
    try {
      return await work();
    } catch (error) {
      const outcome = outcomeOf(error);
      this.#log.warn({ outcome: outcome.kind, why: describe(error) }, 'a sign-on failed');
      // Keys or endpoints may have changed: the next one asks anew.
      this.#known = undefined;
      return outcome;
    }
  }
}

function outcomeOf(error: unknown): SignOnOutcome {
  if (isUnreachable(error)) return { kind: 'unreachable' };
  if (error instanceof oidc.AuthorizationResponseError && error.error === 'access_denied')
    return { kind: 'denied' };
  return { kind: 'invalid' };
}

/** For the log: what did not hold. The library's messages name claims and codes; no token and no code is in them. */
function describe(error: unknown): string {
  const parts: string[] = [];
  for (let at = error; at instanceof Error && parts.length < 4; at = at.cause)
    parts.push('code' in at && typeof at.code === 'string' ? `${at.message} (${at.code})` : at.message);
  return parts.join(': ').slice(0, 500);
}
