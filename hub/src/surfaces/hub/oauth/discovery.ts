// `GET /.well-known/openid-configuration` and `GET /oauth/jwks`
import { z } from 'zod';
import { SCOPES, type IdTokens } from '#modules/oauth';
import { defineRoute, type Route } from '../../route/route.ts';

const Text = z.array(z.string());
const Discovery = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  userinfo_endpoint: z.string(),
  jwks_uri: z.string(),
  device_authorization_endpoint: z.string(),
  scopes_supported: Text,
  response_types_supported: Text,
  response_modes_supported: Text,
  grant_types_supported: Text,
  subject_types_supported: Text,
  id_token_signing_alg_values_supported: Text,
  token_endpoint_auth_methods_supported: Text,
  code_challenge_methods_supported: Text,
  claims_supported: Text,
  prompt_values_supported: Text,
  authorization_response_iss_parameter_supported: z.boolean(),
  request_parameter_supported: z.boolean(),
  request_uri_parameter_supported: z.boolean(),
});

/** Where everything is for a library for OpenID Connect (Discovery 1.0; RFC 8414). */
export function getOpenIdConfiguration(): Route {
  return defineRoute({
    operation: 'getOpenIdConfiguration',
    summary: 'What applications need to know to have people sign in with their account here',
    method: 'GET',
    path: '/.well-known/openid-configuration',
    aliases: ['/.well-known/oauth-authorization-server'],
    access: 'open',
    allowance: 'api',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: Discovery,
    run({ baseUrl }) {
      return Promise.resolve(placesAt(baseUrl));
    },
  });
}

function placesAt(baseUrl: string): z.input<typeof Discovery> {
  return {
    issuer: baseUrl,
    authorization_endpoint: `${baseUrl}/oauth/authorize`,
    token_endpoint: `${baseUrl}/oauth/token`,
    userinfo_endpoint: `${baseUrl}/oauth/userinfo`,
    jwks_uri: `${baseUrl}/oauth/jwks`,
    device_authorization_endpoint: `${baseUrl}/oauth/device`,
    scopes_supported: [...SCOPES],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: [
      'authorization_code',
      'refresh_token',
      'urn:ietf:params:oauth:grant-type:device_code',
    ],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
    code_challenge_methods_supported: ['S256'],
    claims_supported: [
      ...['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'name', 'preferred_username'],
      ...['profile', 'picture', 'email', 'email_verified', 'orgs'],
    ],
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    authorization_response_iss_parameter_supported: true,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  };
}

const Jwk = z.object({
  kty: z.string(),
  use: z.string(),
  alg: z.string(),
  kid: z.string(),
  n: z.string(),
  e: z.string(),
});

/** By what it can be checked who somebody is. */
export function getSigningKeys({ idTokens }: { idTokens: IdTokens }): Route {
  return defineRoute({
    operation: 'getSigningKeys',
    summary: 'The public keys of what this hub signs for applications',
    method: 'GET',
    path: '/oauth/jwks',
    access: 'open',
    allowance: 'api',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.object({ keys: z.array(Jwk) }),
    run: async () => ({ keys: await idTokens.listPublic() }),
  });
}
