// `GET /api/{type}/{namespace}/{name}/commits/{revision}`: history, newest first, in numbered pages.
import { z } from 'zod';
import { type Content, type History } from '#modules/content';
import { defineRoute, type Route } from '../../route/route.ts';
import { nextLink, pageSize, TextList } from '../query.ts';
import { expandInvalid } from '../repos/faults.ts';
import { addressOf, RepoParams } from '../repos/names.ts';
import { ListedCommit, presentCommit } from './present.ts';
import { revisionRest } from './rest.ts';

const MAX_LIMIT = 1000;
const USUAL_LIMIT = 50;

/** Lists commits. */
export function listCommits({ content, history }: { content: Content; history: History }): Route {
  return defineRoute({
    operation: 'listCommits',
    summary: 'List the commits of a revision',
    method: 'GET',
    path: '/api/{type}/{namespace}/{name}/commits/*',
    access: 'anyone',
    allowance: 'api',
    params: RepoParams.extend({ '*': z.string() }),
    query: z.object({
      p: z.coerce.number().int().min(0).max(1_000_000).default(0),
      limit: pageSize(MAX_LIMIT, USUAL_LIMIT),
      expand: TextList,
      'expand[]': TextList,
    }),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.array(ListedCommit),
    async run(call) {
      const { actor, address, request, reply, query, baseUrl } = call;
      const expand = [...query.expand, ...query['expand[]']];
      const unknown = expand.find((field) => field !== 'formatted');
      if (unknown !== undefined) throw expandInvalid(unknown);
      const revision = encodeURIComponent(revisionRest(request));
      const visit = await content.visit({ actor, address }, addressOf(call), revision);
      const { p, limit } = query;
      const { commits, total } = await history.listCommits(visit, { skip: p * limit, limit });
      reply.raw.setHeader('x-total-count', String(total));
      if ((p + 1) * limit < total)
        reply.raw.setHeader('link', nextLink(baseUrl, request.url ?? '', { p: String(p + 1) }));
      return commits.map((commit) => presentCommit(commit, expand.includes('formatted')));
    },
  });
}
