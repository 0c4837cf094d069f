// `POST /oauth/token`
import { countedAddress } from '@holdfast/kernel/network';
import { z } from 'zod';
import { type Identity } from '#modules/identity';
import { type Exchange, type Exchanged, type IdTokens } from '#modules/oauth';
import { type DeviceLogins } from '#modules/tokens';
import { defineRoute, type Call, type Route } from '../../route/route.ts';
import { claimsOf } from './claims.ts';
import { DEVICE_GRANT, redeemDevice } from './device-grant.ts';
import { clientIn, fieldOf, type ShownClient } from './shown.ts';
import { TokenAnswer, type Refuse } from './token-answer.ts';

/** What the route needs. */
export interface TokenDeps {
  readonly deviceLogins: DeviceLogins;
  readonly exchange: Exchange;
  readonly idTokens: IdTokens;
  readonly identity: Identity;
}

type Body = Record<string, unknown>;
type TokenCall = Call<unknown, unknown, Body>;

const ID_TOKEN_SECONDS = 3600;

/** Gives applications tokens: for a code, for a refresh token, for a device code. */
export function exchangeToken(deps: TokenDeps): Route {
  return defineRoute({
    operation: 'exchangeToken',
    summary: 'Fetch a token: for a code, a refresh token, or a device login that a person has approved',
    method: 'POST',
    path: '/oauth/token',
    // Basic is how an application shows its secret here, and no token of the API.
    access: 'client',
    allowance: 'api',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'json-or-form',
    body: z.record(z.string(), z.unknown()),
    output: TokenAnswer,
    async run(call) {
      const refuse: Refuse = (error, error_description) => {
        call.reply.raw.statusCode = statusOf(error);
        if (error === 'invalid_client' && call.request.headers.authorization !== undefined)
          call.reply.raw.setHeader('www-authenticate', 'Basic realm="Holdfast"');
        return { error, error_description };
      };
      return await answer(deps, call, refuse);
    },
  });
}

function statusOf(error: string): number {
  if (error === 'temporarily_unavailable') return 429;
  return 400;
}

async function answer(
  deps: TokenDeps,
  call: TokenCall,
  refuse: Refuse,
): Promise<z.input<typeof TokenAnswer>> {
  const { body, request, address } = call;
  const grant = fieldOf(body, 'grant_type');
  if (Object.values(body).some(Array.isArray))
    return refuse('invalid_request', 'A field stands there twice.');
  if (grant === DEVICE_GRANT) return await redeemDevice(deps.deviceLogins, body, refuse);
  if (grant !== 'authorization_code' && grant !== 'refresh_token')
    return refuse('unsupported_grant_type', 'This hub answers codes, refresh tokens and device logins.');
  const client = clientIn(request.headers.authorization, body);
  if (client === undefined)
    return refuse(
      'invalid_request',
      'Show who the application is in the header or in the body, not in both.',
    );
  const exchanged = await exchange(deps.exchange, body, { ...client, address: countedAddress(address) });
  if (!('error' in exchanged)) return await present(deps, exchanged);
  const { error, why } = exchanged;
  if (error !== 'invalid_client') return refuse(error === 'limited' ? 'temporarily_unavailable' : error, why);
  const answered = refuse(error, why);
  call.reply.raw.statusCode = 401;
  return answered;
}

async function exchange(
  exchanges: Exchange,
  body: Body,
  shown: ShownClient & { readonly address: string },
): Promise<Exchanged> {
  if (fieldOf(body, 'grant_type') === 'refresh_token') {
    const wish = { token: fieldOf(body, 'refresh_token') ?? '', scope: fieldOf(body, 'scope') };
    return await exchanges.refresh(shown, wish);
  }
  return await exchanges.redeem(shown, {
    code: fieldOf(body, 'code') ?? '',
    redirect: fieldOf(body, 'redirect_uri') ?? '',
    verifier: fieldOf(body, 'code_verifier'),
  });
}

async function present(
  { idTokens, identity }: TokenDeps,
  { issued, refresh, scopes, signedIn, applicationId }: Exclude<Exchanged, { error: unknown }>,
): Promise<z.input<typeof TokenAnswer>> {
  const { text, token } = issued;
  const lives = (token.expiresAt?.getTime() ?? 0) - token.createdAt.getTime();
  const account =
    signedIn !== undefined && scopes.includes('openid')
      ? await identity.findById(signedIn.userId)
      : undefined;
  const now = Math.floor(token.createdAt.getTime() / 1000);
  return {
    access_token: text.reveal('to hand it to the application'),
    token_type: 'bearer',
    expires_in: Math.floor(lives / 1000),
    refresh_token: refresh,
    scope: scopes.join(' '),
    ...(account !== undefined &&
      signedIn !== undefined && {
        id_token: await idTokens.sign({
          ...claimsOf(account, scopes, signedIn.issuer),
          ...{ iss: signedIn.issuer, aud: applicationId, iat: now, exp: now + ID_TOKEN_SECONDS },
          // Not said of whom their issuer let in by what it remembered: nobody knows when they were asked.
          ...(signedIn.provedAt.getTime() > 0 && {
            auth_time: Math.floor(signedIn.provedAt.getTime() / 1000),
          }),
          ...(signedIn.nonce !== '' && { nonce: signedIn.nonce }),
        }),
      }),
  };
}
