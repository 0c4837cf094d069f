// `GET /oauth/userinfo` and `POST /oauth/userinfo`
import { z } from 'zod';
import { type Session } from '#modules/tokens';
import { defineRoute, type Route } from '../../route/route.ts';
import { AVATAR } from '../accounts/present.ts';
import { claimsOf } from './claims.ts';
import { scopeMissing } from './faults.ts';

const Org = z.object({
  sub: z.string(),
  name: z.string(),
  preferred_username: z.string(),
  picture: z.string(),
  roleInOrg: z.string(),
  securityRestrictions: z.array(z.string()).optional(),
});
const UserInfo = z.object({
  sub: z.string(),
  name: z.string().optional(),
  preferred_username: z.string().optional(),
  profile: z.string().optional(),
  picture: z.string().optional(),
  isPro: z.boolean().optional(),
  canPay: z.boolean().optional(),
  email: z.string().optional(),
  email_verified: z.boolean().optional(),
  orgs: z.array(Org).optional(),
});

const SHARED = {
  path: '/oauth/userinfo',
  access: 'user',
  allowance: 'api',
  params: z.unknown(),
  query: z.unknown(),
  output: UserInfo,
} as const;

/** Who signed in, for the application that was given the token (OpenID Connect Core, 5.3). */
export function userinfoRoutes(): Route[] {
  const summary = 'Who signed in, as far as they let the application know';
  return [
    defineRoute({
      ...{ ...SHARED, operation: 'getUserInfo', summary, method: 'GET', bodyKind: 'none', body: z.unknown() },
      run: ({ session, baseUrl }) => Promise.resolve(present(session, baseUrl)),
    }),
    defineRoute({
      ...{ ...SHARED, operation: 'postUserInfo', summary, method: 'POST' },
      bodyKind: 'json-or-form',
      body: z.unknown(),
      run: ({ session, baseUrl }) => Promise.resolve(present(session, baseUrl)),
    }),
  ];
}

function present(session: Session, baseUrl: string): z.input<typeof UserInfo> {
  const scopes = session.token.application?.scopes ?? [];
  if (!scopes.includes('openid')) throw scopeMissing('openid');
  const claims = claimsOf(session.account, scopes, baseUrl);
  return scopes.includes('read-memberships') ? { ...claims, orgs: orgsOf(session, baseUrl) } : claims;
}

function orgsOf({ memberships, withheld }: Session, baseUrl: string): z.input<typeof Org>[] {
  const orgOf = ({ orgId, orgName, orgFullname }: Session['memberships'][number], roleInOrg: string) => ({
    sub: orgId,
    name: orgFullname,
    preferred_username: orgName,
    picture: `${baseUrl}${AVATAR}`,
    roleInOrg,
  });
  return [
    ...memberships.map((one) => orgOf(one, one.role)),
    ...withheld.map(({ membership }) => ({
      ...orgOf(membership, 'no_access'),
      securityRestrictions: ['token-policy'],
    })),
  ];
}
