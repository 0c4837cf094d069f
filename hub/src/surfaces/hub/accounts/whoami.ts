// `GET /api/whoami-v2`
import { z } from 'zod';
import { type Membership } from '#modules/identity';
import { type Session } from '#modules/tokens';
import { defineRoute, type Route } from '../../route/route.ts';
import { AVATAR } from './present.ts';

const Scoped = z.object({
  entity: z.object({ _id: z.string(), type: z.string(), name: z.string() }),
  permissions: z.array(z.string()),
  patterns: z.array(z.string()).optional(),
});
const WhoAmI = z.object({
  type: z.literal('user'),
  id: z.string(),
  name: z.string(),
  fullname: z.string(),
  email: z.string().nullable(),
  emailVerified: z.boolean(),
  isPro: z.boolean(),
  canPay: z.boolean(),
  periodEnd: z.null(),
  avatarUrl: z.string(),
  orgs: z.array(
    z.object({
      type: z.literal('org'),
      id: z.string(),
      name: z.string(),
      fullname: z.string(),
      avatarUrl: z.string(),
      roleInOrg: z.string(),
      isEnterprise: z.boolean(),
      /** Why the token does not reach it, in the clients' words. */
      securityRestrictions: z.array(z.string()).optional(),
    }),
  ),
  auth: z.object({
    type: z.literal('access_token'),
    accessToken: z.object({
      displayName: z.string(),
      role: z.string(),
      createdAt: z.string(),
      fineGrained: z
        .object({ scoped: z.array(Scoped), global: z.array(z.string()), canReadGatedRepos: z.boolean() })
        .optional(),
    }),
    expiresAt: z.string().optional(),
  }),
});

/** Who the token belongs to and what it may do. */
export function whoAmI(): Route {
  return defineRoute({
    operation: 'whoAmI',
    summary: 'Who the token belongs to and what it may do',
    method: 'GET',
    path: '/api/whoami-v2',
    access: 'user',
    allowance: 'api',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: WhoAmI,
    run({ session, baseUrl }) {
      return Promise.resolve(present(session, baseUrl));
    },
  });
}

function present(
  { account, memberships, withheld, token }: Session,
  baseUrl: string,
): z.input<typeof WhoAmI> {
  const { may, mayName } = limitsOf(token);
  return {
    type: 'user',
    id: account.id,
    name: account.name,
    fullname: account.fullname,
    email: may('email') ? account.email : null,
    // As its claims say it to an application, which may know people by their address: nothing is kept of who proved theirs.
    emailVerified: token.application === null,
    isPro: false,
    canPay: false,
    periodEnd: null,
    avatarUrl: `${baseUrl}${AVATAR}`,
    orgs: [
      ...memberships.filter(mayName).map((one) => presentMembership(one, baseUrl)),
      ...withheld
        .filter(({ membership }) => mayName(membership))
        .map(({ membership, reach }) => ({
          ...presentMembership(membership, baseUrl),
          roleInOrg: 'no_access',
          securityRestrictions: [reach === 'ended' ? 'token-revoked' : 'token-policy'],
        })),
    ],
    auth: {
      type: 'access_token',
      accessToken: {
        displayName: token.name,
        role: token.grant.role,
        createdAt: token.createdAt.toISOString(),
        ...(token.grant.role === 'fineGrained' && { fineGrained: presentGrant(token.grant) }),
      },
      ...(token.expiresAt !== null && { expiresAt: token.expiresAt.toISOString() }),
    },
  };
}

// An application learns here no more of its user than they let it know.
function limitsOf({ application, grant }: Session['token']) {
  const may = (scope: string): boolean => application === null || application.scopes.includes(scope);
  const mayName = ({ orgId }: Membership): boolean =>
    may('read-memberships') ||
    (grant.role === 'fineGrained' && grant.scoped.some(({ entity }) => entity.id === orgId));
  return { may, mayName };
}

function presentMembership(one: Membership, baseUrl: string) {
  return {
    type: 'org' as const,
    id: one.orgId,
    name: one.orgName,
    fullname: one.orgFullname,
    avatarUrl: `${baseUrl}${AVATAR}`,
    roleInOrg: one.role as string,
    isEnterprise: false,
  };
}

function presentGrant(grant: Session['token']['grant'] & { role: 'fineGrained' }) {
  return {
    scoped: grant.scoped.map(({ entity, permissions, patterns }) => ({
      entity: { _id: entity.id, type: entity.type, name: entity.name },
      permissions: [...permissions],
      ...(patterns !== undefined && { patterns: [...patterns] }),
    })),
    global: [...grant.global],
    canReadGatedRepos: grant.canReadGatedRepos,
  };
}
