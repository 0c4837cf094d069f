// `POST /admin/orgs/{name}/members`
import { z } from 'zod';
import { ROLES } from '#modules/access';
import { type TakenRights } from '#modules/identity';
import { RECORDED } from './recorded.ts';
import { defineRoute, type Route } from '../route/route.ts';

/** Makes a user a member of an organisation, or changes a member's role. */
export function putMember({ takenRights }: { takenRights: TakenRights }): Route {
  return defineRoute({
    operation: 'adminPutMember',
    summary: "Make a user a member of an organization, or change a member's role",
    access: 'operator',
    allowance: 'none',
    query: z.unknown(),
    method: 'POST',
    path: '/admin/orgs/{name}/members',
    params: z.object({ name: z.string() }),
    bodyKind: 'json',
    body: z.strictObject({ user: z.string(), role: z.enum(ROLES) }),
    output: z.object({ org: z.string(), user: z.string(), role: z.enum(ROLES), ...RECORDED }),
    async run({ actor, params, body }) {
      const wish = { org: params.name, ...body };
      return { ...wish, ...(await takenRights.putMember(actor, wish)) };
    },
  });
}
