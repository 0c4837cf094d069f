// `POST /admin/users/{name}/sign-out`
import { z } from 'zod';
import { type TakenRights } from '#modules/identity';
import { RECORDED } from './recorded.ts';
import { defineRoute, type Route } from '../route/route.ts';

/** Ends all sessions of a user; tokens work on. */
export function signOutUser({ takenRights }: { takenRights: TakenRights }): Route {
  return defineRoute({
    operation: 'adminSignOutUser',
    summary: 'End all sessions of a user',
    access: 'operator',
    allowance: 'none',
    query: z.unknown(),
    method: 'POST',
    path: '/admin/users/{name}/sign-out',
    params: z.object({ name: z.string() }),
    bodyKind: 'json',
    body: z.strictObject({}),
    output: z.object({ name: z.string(), ...RECORDED }),
    run: async ({ actor, params }) => ({
      name: params.name,
      ...(await takenRights.signOut(actor, params.name)),
    }),
  });
}
