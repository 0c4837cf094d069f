// `POST /admin/users/{name}/administrator`
import { z } from 'zod';
import { type Identity, type TakenRights } from '#modules/identity';
import { RECORDED } from './recorded.ts';
import { defineRoute, type Route } from '../route/route.ts';

/** Makes a user an administrator of the instance, or no longer one. */
export function setAdministrator(deps: { identity: Identity; takenRights: TakenRights }): Route {
  return defineRoute({
    operation: 'adminSetAdministrator',
    summary: 'Make a user an administrator of the instance, or no longer one',
    access: 'operator',
    allowance: 'none',
    query: z.unknown(),
    method: 'POST',
    path: '/admin/users/{name}/administrator',
    params: z.object({ name: z.string() }),
    bodyKind: 'json',
    body: z.strictObject({ administrator: z.boolean() }),
    output: z.object({ name: z.string(), admin: z.boolean(), ...RECORDED }),
    async run({ actor, params, body }) {
      const { name } = params;
      if (!body.administrator) return { name, admin: false, ...(await deps.takenRights.demote(actor, name)) };
      await deps.identity.setAdministrator(actor, name, true);
      return { name, admin: true, recorded: true };
    },
  });
}
