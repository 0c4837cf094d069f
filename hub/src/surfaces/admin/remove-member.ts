// `POST /admin/orgs/{name}/members/remove`
import { z } from 'zod';
import { type Members } from '#modules/identity';
import { defineRoute, type Route } from '../route/route.ts';

/** Takes a user out of an organisation. */
export function removeMember({ members }: { members: Members }): Route {
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
    output: z.object({ org: z.string(), user: z.string() }),
    async run({ actor, params, body }) {
      await members.remove(actor, { org: params.name, user: body.user });
      return { org: params.name, user: body.user };
    },
  });
}
