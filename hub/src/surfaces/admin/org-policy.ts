// `GET /admin/orgs/{name}/policy`, `POST /admin/orgs/{name}/policy`
import { z } from 'zod';
import { type OrgPolicies } from '#modules/identity';
import { defineRoute, type Route } from '../route/route.ts';

const Policy = z.object({
  requiresSecondFactor: z.boolean(),
  refusesClassic: z.boolean(),
  approvesTokens: z.boolean(),
  mostTokenDays: z.number().nullable(),
  privateByDefault: z.boolean(),
});

const SHARED = {
  access: 'operator',
  allowance: 'none',
  path: '/admin/orgs/{name}/policy',
  params: z.object({ name: z.string() }),
  query: z.unknown(),
  output: Policy,
} as const;

/** What an organisation asks of its members and their tokens. */
export function orgPolicyRoutes({ orgPolicies }: { readonly orgPolicies: OrgPolicies }): Route[] {
  return [
    defineRoute({
      ...SHARED,
      operation: 'adminGetOrgPolicy',
      summary: 'What an organization asks of its members and their tokens',
      method: 'GET',
      bodyKind: 'none',
      body: z.unknown(),
      run: async ({ actor, params }) => await orgPolicies.get(actor, params.name),
    }),
    defineRoute({
      ...SHARED,
      operation: 'adminChangeOrgPolicy',
      summary: 'Change what an organization asks; what is absent stays',
      method: 'POST',
      bodyKind: 'json',
      body: z.strictObject(Policy.partial().shape),
      async run({ actor, params, body }) {
        const entries = Object.entries(body).filter(([, value]) => value !== undefined);
        await orgPolicies.change(actor, params.name, Object.fromEntries(entries));
        return await orgPolicies.get(actor, params.name);
      },
    }),
  ];
}
