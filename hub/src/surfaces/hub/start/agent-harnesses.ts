// `GET /api/agent-harnesses`, the first request of many clients
import { z } from 'zod';
import { defineRoute, type Route } from '../../route/route.ts';

/** Tells of no agents: clients take that as they are. */
export function getAgentHarnesses(): Route {
  return defineRoute({
    operation: 'getAgentHarnesses',
    summary: 'Environment variables by which clients recognise agents; none are known here',
    access: 'open',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    method: 'GET',
    path: '/api/agent-harnesses',
    allowance: 'api',
    output: z.object({ standardEnvVars: z.array(z.string()), harnesses: z.object({}) }),
    run: () => Promise.resolve({ standardEnvVars: [], harnesses: {} }),
  });
}
