// `POST /admin/orgs/{name}/members/remove`
import { z } from 'zod';
import { type TakenRights } from '#modules/identity';
import { RECORDED } from './recorded.ts';
import { defineRoute, type Route } from '../route/route.ts';

/** Takes a user out of an organisation. */
export function removeMember({ takenRights }: { takenRights: TakenRights }): Route {
  return defineRoute({
    operation: 'adminRemoveMember',
    summary: 'Take a user out of an organization',
    access: 'operator',
    allowance: 'none',
    query: z.unknown(),
    method: 'POST',
    path: '/admin/orgs/{name}/members/remove',
    params: z.object({ name: z.string() }),
    bodyKind: 'json',
    body: z.strictObject({ user: z.string() }),
    output: z.object({ org: z.string(), user: z.string(), ...RECORDED }),
    async run({ actor, params, body }) {
      const wish = { org: params.name, user: body.user };
      return { ...wish, ...(await takenRights.removeMember(actor, wish)) };
    },
  });
}
