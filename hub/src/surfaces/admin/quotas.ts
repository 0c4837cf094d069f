// `GET /admin/quotas`, `POST /admin/quotas/{name}`, `POST /admin/quotas/{name}/clear`
import { z } from 'zod';
import { type Quotas } from '#modules/upkeep';
import { defineRoute, type Route } from '../route/route.ts';

const shared = { access: 'operator', allowance: 'none', query: z.unknown() } as const;
const Name = z.object({ name: z.string() });

/** Lists, sets and clears what namespaces may store. */
export function quotaRoutes(deps: { quotas: Quotas }): Route[] {
  return [listQuotas(deps), setQuota(deps), clearQuota(deps)];
}

function listQuotas({ quotas }: { quotas: Quotas }): Route {
  return defineRoute({
    ...shared,
    operation: 'adminListQuotas',
    summary: 'List what namespaces store and may store',
    method: 'GET',
    path: '/admin/quotas',
    params: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.array(
      z.object({
        name: z.string(),
        used: z.number(),
        stored: z.number(),
        limit: z.number().nullable(),
        own: z.boolean(),
      }),
    ),
    run: async () => await quotas.list(),
  });
}

function setQuota({ quotas }: { quotas: Quotas }): Route {
  return defineRoute({
    ...shared,
    operation: 'adminSetQuota',
    summary: 'Limit what a namespace may store, or lift every limit',
    method: 'POST',
    path: '/admin/quotas/{name}',
    params: Name,
    bodyKind: 'json',
    body: z.strictObject({ bytes: z.int().nonnegative().nullable() }),
    output: z.object({ name: z.string(), bytes: z.number().nullable() }),
    async run({ actor, params, body }) {
      await quotas.set(actor, params.name, body.bytes);
      return { name: params.name, bytes: body.bytes };
    },
  });
}

function clearQuota({ quotas }: { quotas: Quotas }): Route {
  return defineRoute({
    ...shared,
    operation: 'adminClearQuota',
    summary: 'Leave a namespace to the limit that is configured for all',
    method: 'POST',
    path: '/admin/quotas/{name}/clear',
    params: Name,
    bodyKind: 'none',
    body: z.unknown(),
    output: Name,
    async run({ actor, params }) {
      await quotas.clear(actor, params.name);
      return { name: params.name };
    },
  });
}
