// `GET /api/{type}/{namespace}/{name}/tree/{revision}[/{path}]`: what a folder holds.
import { z } from 'zod';
import { type Blobs } from '#modules/blobs';
import { type Content } from '#modules/content';
import { defineRoute, type Route } from '../../route/route.ts';
import { Flag, nextLink, pageSize } from '../query.ts';
import { addressOf, RepoParams } from '../repos/names.ts';
import { Item, presentItems } from './present.ts';
import { encodedRest } from './rest.ts';

const MAX_LIMIT = 1000;
/** Where every line names the commit that changed it last. */
const MAX_EXPANDED = 100;

/** Lists a folder. */
export function listTree({ content, blobs }: { content: Content; blobs: Blobs }): Route {
  return defineRoute({
    operation: 'listTree',
    summary: 'List a folder of a revision',
    method: 'GET',
    path: '/api/{type}/{namespace}/{name}/tree/*',
    access: 'anyone',
    allowance: 'api',
    params: RepoParams.extend({ '*': z.string() }),
    query: z.object({
      recursive: Flag,
      expand: Flag,
      limit: pageSize(MAX_LIMIT, MAX_LIMIT),
      cursor: z.string().optional(),
    }),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.array(Item),
    async run(call) {
      const { actor, address, request, reply, query, baseUrl } = call;
      const place = await content.visit({ actor, address }, addressOf(call), encodedRest(request));
      const { visit, after } = await content.goOn(place, query.cursor);
      // Also on the refusal: a client remembers under the commit that a folder is not there.
      reply.raw.setHeader('x-repo-commit', visit.commit);
      const limit = query.expand ? Math.min(query.limit, MAX_EXPANDED) : query.limit;
      const { recursive, expand } = query;
      const page = await content.listTree(visit, { recursive, expand, limit, after });
      if (page.next !== undefined)
        reply.raw.setHeader('link', nextLink(baseUrl, request.url ?? '', { cursor: page.next }));
      return await presentItems(page.items, { repoId: visit.repo.id, blobs });
    },
  });
}
