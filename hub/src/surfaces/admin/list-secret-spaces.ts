// `GET /admin/secret-spaces`
import { z } from 'zod';
import { parseId } from '@holdfast/kernel/id';
import { type SecretOverview } from '#modules/secrets';
import { defineRoute, type Route } from '../route/route.ts';

const PAGE = 100;

/** Lists Spaces that have secrets, the newest first, for the operator to know by name what the vault knows by id. */
export function listSecretSpaces({
  centre,
}: {
  readonly centre: { readonly secrets: Pick<SecretOverview, 'list'> };
}): Route {
  return defineRoute({
    operation: 'adminListSecretSpaces',
    summary: 'List Spaces that have secrets',
    access: 'operator',
    allowance: 'none',
    query: z.object({ after: z.string().optional() }),
    method: 'GET',
    path: '/admin/secret-spaces',
    params: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.object({
      items: z.array(z.object({ id: z.string(), name: z.string() })),
      next: z.string().nullable(),
    }),
    run: async ({ actor, query }) => {
      const after = query.after === undefined ? undefined : parseId(query.after);
      const { items, next } = await centre.secrets.list(actor, { limit: PAGE, after });
      return { items: items.map(({ id, name }) => ({ id, name })), next: next ?? null };
    },
  });
}
