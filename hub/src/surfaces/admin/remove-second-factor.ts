// `POST /admin/users/{name}/remove-second-factor`
import { z } from 'zod';
import { accountMissing, type Identity } from '#modules/identity';
import { type SecondFactors } from '#modules/sessions';
import { OWNERLESS } from './recorded.ts';
import { defineRoute, type Route } from '../route/route.ts';

/** Removes the second factor of a user who has lost the device and the recovery codes. */
export function removeSecondFactor(deps: { identity: Identity; secondFactors: SecondFactors }): Route {
  return defineRoute({
    operation: 'adminRemoveSecondFactor',
    summary: 'Remove the second factor of a user who has lost it',
    access: 'operator',
    allowance: 'none',
    query: z.unknown(),
    method: 'POST',
    path: '/admin/users/{name}/remove-second-factor',
    params: z.object({ name: z.string() }),
    bodyKind: 'json',
    body: z.strictObject({}),
    output: z.object({ name: z.string(), ...OWNERLESS }),
    async run({ actor, params }) {
      const user = await deps.identity.findByName(params.name);
      if (user?.kind !== 'user') throw accountMissing(params.name);
      return { name: user.name, ownerless: await deps.secondFactors.remove(actor, user.id) };
    },
  });
}
