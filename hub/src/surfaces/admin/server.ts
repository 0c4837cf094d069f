// The admin surface: a socket of its own that only the operator can open.
import { type FastifyInstance } from 'fastify';
import { buildServer, type ServeOptions } from '../route/serve.ts';
import { type Route } from '../route/route.ts';
import { beginBackup } from './backups.ts';
import { checkMail } from './check-mail.ts';
import { createOrg } from './create-org.ts';
import { createToken } from './create-token.ts';
import { createUser } from './create-user.ts';
import { disableUser } from './disable-user.ts';
import { disconnectUser } from './disconnect-user.ts';
import { enableUser } from './enable-user.ts';
import { endApplication } from './end-application.ts';
import { runFsck } from './fsck.ts';
import { ledgerRoutes } from './ledger.ts';
import { listMail } from './list-mail.ts';
import { entryRoutes } from './entries.ts';
import { listOrgs } from './list-orgs.ts';
import { listSecretSpaces } from './list-secret-spaces.ts';
import { listTokens } from './list-tokens.ts';
import { listUsers } from './list-users.ts';
import { namespaceRoutes } from './namespaces.ts';
import { orgPolicyRoutes } from './org-policy.ts';
import { orgTokenRoutes } from './org-tokens.ts';
import { pauseSpaceAsOperator } from './pause-space.ts';
import { putMember } from './put-member.ts';
import { quotaRoutes } from './quotas.ts';
import { removeMember } from './remove-member.ts';
import { removeSecondFactor } from './remove-second-factor.ts';
import { replayAct } from './replay.ts';
import { resetPassword } from './reset-password.ts';
import { revokeToken } from './revoke-token.ts';
import { signOutUser } from './sign-out-user.ts';
import { listSecretSinks } from './secret-sinks.ts';
import { setAdministrator } from './set-administrator.ts';
import { forgetXet } from './xet-forget.ts';
import { identifyOperator } from './operator.ts';

type Deps = Parameters<typeof createUser>[0] &
  Parameters<typeof removeSecondFactor>[0] &
  Parameters<typeof disconnectUser>[0] &
  Parameters<typeof createToken>[0] &
  Parameters<typeof endApplication>[0] &
  Parameters<typeof listSecretSpaces>[0] &
  Parameters<typeof listTokens>[0] &
  Parameters<typeof pauseSpaceAsOperator>[0] &
  Parameters<typeof putMember>[0] &
  Parameters<typeof setAdministrator>[0] &
  Parameters<typeof namespaceRoutes>[0] &
  Parameters<typeof replayAct>[0] &
  Parameters<typeof orgPolicyRoutes>[0] &
  Parameters<typeof orgTokenRoutes>[0] &
  Parameters<typeof quotaRoutes>[0] &
  Parameters<typeof ledgerRoutes>[0] &
  Parameters<typeof entryRoutes>[0] &
  Parameters<typeof runFsck>[0] &
  Parameters<typeof beginBackup>[0] &
  Parameters<typeof listMail>[0] &
  Parameters<typeof checkMail>[0] &
  Parameters<typeof listSecretSinks>[0] &
  Parameters<typeof forgetXet>[0];

/** The routes of the admin surface. */
export function adminRoutes(deps: Deps): Route[] {
  return [
    beginBackup(deps),
    checkMail(deps),
    createOrg(deps),
    createToken(deps),
    createUser(deps),
    disableUser(deps),
    disconnectUser(deps),
    enableUser(deps),
    endApplication(deps),
    forgetXet(deps),
    listMail(deps),
    listOrgs(deps),
    listSecretSinks(deps),
    listSecretSpaces(deps),
    listTokens(deps),
    listUsers(deps),
    ...namespaceRoutes(deps),
    ...orgPolicyRoutes(deps),
    ...orgTokenRoutes(deps),
    pauseSpaceAsOperator(deps),
    putMember(deps),
    removeMember(deps),
    removeSecondFactor(deps),
    replayAct(deps),
    resetPassword(deps),
    revokeToken(deps),
    ...ledgerRoutes(deps),
    ...entryRoutes(deps),
    ...quotaRoutes(deps),
    runFsck(deps),
    setAdministrator(deps),
    signOutUser(deps),
  ];
}

/** Serves the admin routes; every caller is the operator, because only the operator can open the socket. */
export function adminServer(
  deps: Deps,
  options: Pick<ServeOptions, 'log' | 'requests' | 'durations' | 'limits'>,
): FastifyInstance {
  return buildServer(adminRoutes(deps), {
    ...options,
    trustedProxies: [],
    rateLimiter: undefined,
    exemptLoopback: true,
    baseUrlFor: () => 'http://localhost',
    identify: (request) => Promise.resolve({ actor: identifyOperator(request.headers), session: undefined }),
    requireAddress: () => undefined,
    noteUse: () => undefined,
    noteRefusal: () => undefined,
  });
}
