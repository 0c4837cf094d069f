// `GET /api/openapi.json`
import { z } from 'zod';
import { defineRoute, type Route } from '../route/route.ts';
import { describeApi } from './document.ts';

/** Answers the document of these routes and of itself. */
export function openApiRoute(routes: readonly Route[], version: string): Route {
  let text: string | undefined;
  const route: Route = defineRoute({
    operation: 'getOpenApi',
    summary: 'This document',
    method: 'GET',
    path: '/api/openapi.json',
    access: 'open',
    allowance: 'api',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: 'stream',
    async run({ reply }) {
      text ??= JSON.stringify(describeApi([...routes, route], version));
      await reply.header('content-type', 'application/json; charset=utf-8').send(text);
    },
  });
  return route;
}
