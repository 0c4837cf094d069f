// `GET /healthz`
import { z } from 'zod';
import { defineRoute, type Route } from '../route/route.ts';

/** Whether the process answers. */
export function getHealth(): Route {
  return defineRoute({
    operation: 'getHealth',
    summary: 'Whether the process answers',
    allowance: 'none',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    method: 'GET',
    path: '/healthz',
    access: 'open',
    output: z.object({ status: z.string() }),
    run: () => Promise.resolve({ status: 'ok' }),
  });
}
