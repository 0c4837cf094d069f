// `GET /`
import { z } from 'zod';
import { defineRoute, type Route } from '../../route/route.ts';

/** Says what this is, until there are pages. */
export function getRoot(): Route {
  return defineRoute({
    operation: 'getRoot',
    summary: 'Says what this is',
    access: 'open',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    method: 'GET',
    path: '/',
    allowance: 'none',
    output: 'stream',
    run: async ({ reply, baseUrl }) =>
      void (await reply
        .header('content-type', 'text/plain; charset=utf-8')
        .send(
          `Holdfast, a hub for models, datasets and apps.\n\nSet HF_ENDPOINT=${baseUrl} and use the clients you have.\n`,
        )),
  });
}
