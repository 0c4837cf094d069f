// Gives applications tokens for codes and for refresh tokens (RFC 6749, 4.1.3 and 6). Each counts once; one that is shown again
// was seen by somebody else, and ends all that came of it.
import { type Clock } from '@holdfast/kernel/clock';
import { parseId, type Id } from '@holdfast/kernel/id';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Keys } from '@holdfast/platform/keys';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { AccountReader, holdAccount } from '#modules/identity';
import { askedAt, type Sessions, type Throttle } from '#modules/sessions';
import { mintForApplication, revokeMinted, standingOf, type IssuedToken } from '#modules/tokens';
import { CodeWriter, type Code, type Refresh } from './code-store.ts';
import {
  answersChallenge,
  digestText,
  isSecret,
  mintText,
  type Application,
  type Authorization,
} from './model.ts';
import { isSameRedirect } from './redirects.ts';
import { areWithin, grantOf, parseScopes, type Scope } from './scopes.ts';
import { ApplicationReader, ApplicationWriter } from './store.ts';

/** What an application shows to be given tokens. */
export interface Shown {
  readonly clientId: string | undefined;
  readonly secret: string | undefined;
  readonly address: string;
}

/** What it is given. */
export interface Given {
  readonly issued: IssuedToken;
  readonly refresh: string;
  readonly scopes: readonly Scope[];
  /** Of a code: what the application is told of who signed in. */
  readonly signedIn:
    | { readonly nonce: string; readonly provedAt: Date; readonly userId: Id; readonly issuer: string }
    | undefined;
  readonly applicationId: Id;
}

/** Why not, in the words of RFC 6749; `limited` is ours. */
export type ExchangeError =
  'invalid_client' | 'invalid_grant' | 'invalid_request' | 'invalid_scope' | 'limited';
/** Tokens, or why there are none. */
export type Exchanged = Given | { readonly error: ExchangeError; readonly why: string };

interface ExchangeDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly keys: Keys;
  readonly epochs: Epochs;
  readonly sessions: Pick<Sessions, 'findById'>;
  readonly throttle: Pick<Throttle, 'countExchange' | 'countRefresh'>;
}

const ACCESS_MS = 8 * 3_600_000;
/** Without use. Each is used once, so that this counts from the last one. */
const REFRESH_MS = 30 * 86_400_000;

const NO_CODE = { error: 'invalid_grant', why: 'The code is not known, too old, or was used.' } as const;
const NO_REFRESH = {
  error: 'invalid_grant',
  why: 'The refresh token is not known, too old, or was used. Send the person to sign in again.',
} as const;
const TOO_OFTEN = {
  error: 'limited',
  why: 'This was renewed very often within the hour. Come back later with the same refresh token, and use a token for as long as it is good.',
} as const;
const NO_CLIENT = {
  error: 'invalid_client',
  why: 'There is no such application, or it did not show that it is it.',
} as const;

/** What is given out, beside the code or refresh token that was shown. */
interface Giving {
  readonly authorization: Authorization;
  readonly application: Application;
  readonly scopes: readonly Scope[];
  readonly family: Id;
  readonly beganAt: Date;
  /** The token that it follows: what organisations decided about that one holds. */
  readonly before: Id | null;
  /** That one ends with this. */
  readonly replaces: boolean;
  readonly credential: string;
}

/** Exchanges. */
export class Exchange {
  readonly #deps: ExchangeDeps;

  constructor(deps: ExchangeDeps) {
    this.#deps = deps;
  }

  /** Gives tokens for a code. */
  async redeem(
    shown: Shown,
    wish: { readonly code: string; readonly redirect: string; readonly verifier: string | undefined },
  ): Promise<Exchanged> {
    return await this.#within(shown, async (tx, client) => {
      const digest = digestText('code', wish.code);
      const authorization = digest && (await this.#held(tx, 'oauth.code', digest));
      if (authorization === undefined || digest === undefined) return NO_CODE;
      const code = await new CodeWriter(tx, this.#deps.keys).lock(digest);
      if (code?.authorization_id !== authorization.id) return NO_CODE;
      return await this.#redeem(tx, client, { authorization, code, wish });
    });
  }

  /** Gives tokens for a refresh token, the same or fewer scopes. */
  async refresh(
    shown: Shown,
    wish: { readonly token: string; readonly scope: string | undefined },
  ): Promise<Exchanged> {
    return await this.#within(shown, async (tx, client) => {
      const digest = digestText('refresh', wish.token);
      const authorization = digest && (await this.#held(tx, 'oauth.refresh', digest));
      if (authorization === undefined || digest === undefined) return NO_REFRESH;
      const kept = await new CodeWriter(tx, this.#deps.keys).lockRefresh(digest);
      if (kept?.authorization_id !== authorization.id) return NO_REFRESH;
      return await this.#refresh(tx, client, { authorization, kept, scope: wish.scope });
    });
  }

  // Whoever does not show that it is the application is counted, and nobody else: codes and refresh tokens have 256 bits, and old
  // ones, which every application with many users shows, must not keep out all of them.
  async #within(
    shown: Shown,
    work: (tx: Tx, client: Application | undefined) => Promise<Exchanged>,
  ): Promise<Exchanged> {
    const client = await this.#clientOf(shown);
    if (client !== 'nobody') return await this.#deps.db.transaction(async (tx) => await work(tx, client));
    const mayGoOn = await this.#deps.throttle.countExchange(shown.clientId ?? '', shown.address);
    return mayGoOn ? NO_CLIENT : { error: 'limited', why: 'That was in vain too often. Come back later.' };
  }

  // A public application need not say who it is (`@huggingface/hub` does not): its code says so, and its verifier shows it.
  async #clientOf({ clientId, secret }: Shown): Promise<Application | undefined | 'nobody'> {
    if (clientId === undefined) return secret === undefined ? undefined : 'nobody';
    const id = parseId(clientId);
    const found = id && (await new ApplicationReader(this.#deps.db, this.#deps.keys).find(id));
    if (found === undefined || id === undefined) return 'nobody';
    if (found.secretDigest === null) return secret === undefined || secret === '' ? found : 'nobody';
    return secret !== undefined && isSecret(found.secretDigest, secret) ? found : 'nobody';
  }

  async #redeem(
    tx: Tx,
    client: Application | undefined,
    {
      authorization,
      code,
      wish,
    }: {
      readonly authorization: Authorization;
      readonly code: Code;
      readonly wish: { redirect: string; verifier: string | undefined };
    },
  ): Promise<Exchanged> {
    const now = this.#deps.clock.now();
    const application = await this.#ownerOf(tx, authorization, client);
    if (application === undefined) return NO_CODE;
    if (code.used_at !== null) {
      await this.#endFamily(tx, code.id, application.id);
      return NO_CODE;
    }
    // A code that was begun with one verifier, or for one address, is nobody else's (code injection).
    if (!answersChallenge(code.challenge, wish.verifier)) return NO_CODE;
    if (code.redirect_uri !== wish.redirect || code.expires_at <= now) return NO_CODE;
    if (!application.redirects.some((one) => isSameRedirect(one, code.redirect_uri))) return NO_CODE;
    const visit = await this.#deps.sessions.findById(code.session_id, tx);
    if (visit?.account.id !== authorization.userId) return NO_CODE;
    await new CodeWriter(tx, this.#deps.keys).use(code.digest, now);
    const given = await this.#give(tx, {
      ...{ authorization, application, scopes: code.scopes, family: code.id },
      // Not now: a new password that was chosen between the two, and is done a moment later, must end this as well.
      beganAt: code.proved_at,
      ...{ before: authorization.lastTokenId, replaces: false, credential: `session:${code.session_id}` },
    });
    if (given === undefined) return NO_CODE;
    const { nonce, issuer } = code;
    const signedIn = { nonce, issuer, provedAt: askedAt(visit.session), userId: authorization.userId };
    return { ...given, signedIn };
  }

  async #refresh(
    tx: Tx,
    client: Application | undefined,
    {
      authorization,
      kept,
      scope,
    }: { readonly authorization: Authorization; readonly kept: Refresh; readonly scope: string | undefined },
  ): Promise<Exchanged> {
    const now = this.#deps.clock.now();
    const application = await this.#ownerOf(tx, authorization, client);
    if (application === undefined) return NO_REFRESH;
    if (kept.used_at !== null) {
      await this.#endFamily(tx, kept.family, application.id);
      return NO_REFRESH;
    }
    if (kept.ended_at !== null || kept.expires_at <= now) return NO_REFRESH;
    // Whoever revoked the token alone, because it was found or looked wrong, meant whoever had it.
    const before = await standingOf(tx, kept.token_id, now);
    if (before === 'revoked') return NO_REFRESH;
    const scopes = scope === undefined ? kept.scopes : parseScopes(scope);
    if (scopes === undefined || !areWithin(scopes, kept.scopes))
      return { error: 'invalid_scope', why: 'More than what was allowed, or unknown here.' };
    // Last of all: what is refused leaves nothing, and the refresh token is good later.
    if (!(await this.#deps.throttle.countRefresh(tx, application.id, authorization.userId))) return TOO_OFTEN;
    await new CodeWriter(tx, this.#deps.keys).useRefresh(kept.digest, now);
    const given = await this.#give(tx, {
      ...{ authorization, application, scopes, family: kept.family, beganAt: kept.began_at },
      ...{ before: kept.token_id, replaces: true, credential: `token:${kept.token_id}` },
    });
    if (given === undefined) return NO_REFRESH;
    // One that was replaced would be good for hours more, and whoever refreshes often would have ever more of them.
    if (before === 'live') await this.#revoke(tx, [kept.token_id], { renewed: application.id });
    return { ...given, signedIn: undefined };
  }

  async #held(
    tx: Tx,
    table: 'oauth.code' | 'oauth.refresh',
    digest: Sha256,
  ): Promise<Authorization | undefined> {
    const writer = new ApplicationWriter(tx, this.#deps.keys);
    const id = await new CodeWriter(tx, this.#deps.keys).authorizationOf(table, digest);
    return id !== undefined && (await writer.hold(id)) ? await writer.findAuthorizationById(id) : undefined;
  }

  // The application of an authorization, where it is the one that asks.
  async #ownerOf(
    tx: Tx,
    { applicationId }: Authorization,
    client: Application | undefined,
  ): Promise<Application | undefined> {
    const application = await new ApplicationReader(tx, this.#deps.keys).find(applicationId);
    if (application === undefined) return undefined;
    if (client === undefined ? application.secretDigest !== null : client.id !== applicationId)
      return undefined;
    const owner = await new AccountReader(tx).findById(application.ownerId);
    return owner === undefined || owner.disabledAt !== null ? undefined : application;
  }

  async #give(tx: Tx, giving: Giving): Promise<Omit<Given, 'signedIn'> | undefined> {
    const { clock, keys } = this.#deps;
    const { authorization, application, family, beganAt, credential } = giving;
    const now = clock.now();
    const accounts = new AccountReader(tx);
    // Who is signed out everywhere right now waits for this, and ends it then; who was is seen.
    await holdAccount(tx, authorization.userId);
    const row = await accounts.findSignInById(authorization.userId);
    // Who was signed out everywhere since (another password, disabled) lets applications in anew (RFC 9700, 4.14.2).
    const isOver = row?.signedOutAt != null && row.signedOutAt >= beganAt;
    if (row === undefined || row.account.disabledAt !== null || isOver) return undefined;
    const { account: user } = row;
    const scopes = giving.scopes.filter((one) => authorization.scopes.includes(one));
    const orgs = (await accounts.listMemberships(user.id))
      .filter(({ orgId }) => authorization.orgs.includes(orgId))
      .map(({ orgId, orgName }) => ({ type: 'org' as const, id: orgId, name: orgName }));
    const issued = await mintForApplication(tx, this.#deps, {
      ...{
        user,
        name: application.name,
        before: giving.before,
        replaces: giving.replaces,
        lifeMs: ACCESS_MS,
      },
      grant: grantOf(scopes, [{ type: 'user', id: user.id, name: user.name }, ...orgs]),
      application: { id: application.id, owner: application.ownerId, scopes },
      by: { actor: `user:${user.id}`, credential },
    });
    const tokenId = issued.token.id;
    await new ApplicationWriter(tx, keys).noteToken(authorization.id, { tokenId, at: now });
    const refresh = mintText();
    await new CodeWriter(tx, keys).insertRefresh({
      ...{ digest: digestText('refresh', refresh) as Sha256, family, token_id: tokenId },
      ...{ authorization_id: authorization.id, scopes, began_at: beganAt },
      ...{ expires_at: new Date(now.getTime() + REFRESH_MS), used_at: null, ended_at: null },
    });
    return { issued, refresh, scopes, applicationId: application.id };
  }

  async #endFamily(tx: Tx, family: Id, application: Id): Promise<void> {
    const { clock, keys } = this.#deps;
    const ids = await new CodeWriter(tx, keys).endFamily(family, clock.now());
    await this.#revoke(tx, ids, { reused: application });
  }

  async #revoke(tx: Tx, ids: readonly Id[], why: Readonly<Record<string, string>>): Promise<void> {
    const by = { actor: 'system:oauth', credential: '' };
    await revokeMinted(tx, this.#deps.epochs, { ids, at: this.#deps.clock.now(), by, why });
  }
}
