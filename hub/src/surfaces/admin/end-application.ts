// `POST /admin/applications/{id}/end`
import { z } from 'zod';
import { parseId } from '@holdfast/kernel/id';
import { applicationMissing, type Applications } from '#modules/oauth';
import { AnId } from '#modules/removals';
import { defineRoute, type Route } from '../route/route.ts';
import { RECORDED } from './recorded.ts';

/** Ends what a user lets an application do; without a user, deletes the application. */
export function endApplication({ applications }: { applications: Applications }): Route {
  return defineRoute({
    operation: 'adminEndApplication',
    summary: 'End what a user lets an application do; without a user, delete the application',
    access: 'operator',
    allowance: 'none',
    method: 'POST',
    path: '/admin/applications/{id}/end',
    params: z.object({ id: z.string() }),
    query: z.unknown(),
    bodyKind: 'json',
    body: z.strictObject({ user: AnId.optional() }),
    output: z.object({ id: z.string(), ...RECORDED }),
    async run({ actor, params, body }) {
      const id = parseId(params.id);
      if (id === undefined) throw applicationMissing();
      await applications.endAsOperator(actor, { application: id, user: body.user });
      return { id, recorded: true };
    },
  });
}
