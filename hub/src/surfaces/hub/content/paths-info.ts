// `POST /api/{type}/{namespace}/{name}/paths-info/{revision}`: files and folders by path. Sent as a form or as JSON.
import { z } from 'zod';
import { type Blobs } from '#modules/blobs';
import { type Content } from '#modules/content';
import { defineRoute, type Route } from '../../route/route.ts';
import { Flag } from '../query.ts';
import { addressOf, RepoParams } from '../repos/names.ts';
import { Item, presentItems } from './present.ts';
import { revisionRest } from './rest.ts';

/** Paths in one request. */
const MAX_PATHS = 2000;

const Body = z.object({
  paths: z.union([z.string().transform((path) => [path]), z.array(z.string()).max(MAX_PATHS)]).default([]),
  expand: z.union([z.boolean(), Flag]).default(false),
});

/** Describes what stands at some paths. */
export function getPathsInfo({ content, blobs }: { content: Content; blobs: Blobs }): Route {
  return defineRoute({
    operation: 'getPathsInfo',
    summary: 'Describe files and folders by their paths',
    method: 'POST',
    path: '/api/{type}/{namespace}/{name}/paths-info/*',
    access: 'anyone',
    allowance: 'api',
    params: RepoParams.extend({ '*': z.string() }),
    query: z.unknown(),
    bodyKind: 'json-or-form',
    // Each path, and `expand`.
    bodyFields: MAX_PATHS + 1,
    body: Body,
    output: z.array(Item),
    async run(call) {
      const { actor, address, request, reply, body } = call;
      const revision = encodeURIComponent(revisionRest(request));
      const visit = await content.visit({ actor, address }, addressOf(call), revision);
      reply.raw.setHeader('x-repo-commit', visit.commit);
      const items = await content.pathsInfo(visit, body.paths.map(bare), body.expand);
      return await presentItems(items, { repoId: visit.repo.id, blobs });
    },
  });
}

// Folders may be written with a slash at the end.
function bare(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}
