// `POST /admin/users/{name}/disconnect`
import { z } from 'zod';
import { accountMissing, type Identity } from '#modules/identity';
import { ssoUnconnected, type SingleSignOn } from '#modules/sso';
import { defineRoute, type Route } from '../route/route.ts';

/** Undoes what ties a user to somebody at the issuer. */
export function disconnectUser(deps: { identity: Identity; singleSignOn: SingleSignOn | undefined }): Route {
  return defineRoute({
    operation: 'adminDisconnectUser',
    summary: 'Undo the connection of a user to single sign-on',
    access: 'operator',
    allowance: 'none',
    query: z.unknown(),
    method: 'POST',
    path: '/admin/users/{name}/disconnect',
    params: z.object({ name: z.string() }),
    bodyKind: 'json',
    body: z.strictObject({}),
    output: z.object({ name: z.string() }),
    async run({ actor, params }) {
      const user = await deps.identity.findByName(params.name);
      if (user?.kind !== 'user') throw accountMissing(params.name);
      if (deps.singleSignOn === undefined) throw ssoUnconnected();
      await deps.singleSignOn.disconnectUser(actor, user.id);
      return { name: user.name };
    },
  });
}
