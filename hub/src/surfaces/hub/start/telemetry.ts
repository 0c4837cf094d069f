// `HEAD /api/telemetry/{topic}`
import { z } from 'zod';
import { defineRoute, type Route } from '../../route/route.ts';

/** Takes what clients report about themselves, and keeps nothing of it. */
export function headTelemetry(): Route {
  return defineRoute({
    operation: 'headTelemetry',
    summary: 'Takes what clients report about themselves and keeps nothing of it',
    access: 'open',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    method: 'HEAD',
    path: '/api/telemetry/*',
    status: 204,
    allowance: 'api',
    output: 'stream',
    run: async ({ reply }) => void (await reply.status(204).send()),
  });
}
