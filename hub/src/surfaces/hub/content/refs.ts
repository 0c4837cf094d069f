// `GET /api/{type}/{namespace}/{name}/refs`: branches, tags and what else points to commits.
import { z } from 'zod';
import { type Content, type History } from '#modules/content';
import { shortName, type ListedRef } from '#modules/git';
import { defineRoute, type Route } from '../../route/route.ts';
import { Flag } from '../query.ts';
import { addressOf, RepoParams } from '../repos/names.ts';

const ListedRefs = z.array(z.object({ name: z.string(), ref: z.string(), targetCommit: z.string() }));

/** Lists refs. */
export function listRefs({ content, history }: { content: Content; history: History }): Route {
  return defineRoute({
    operation: 'listRefs',
    summary: 'List branches and tags',
    method: 'GET',
    path: '/api/{type}/{namespace}/{name}/refs',
    access: 'anyone',
    allowance: 'api',
    params: RepoParams,
    query: z.object({ include_prs: Flag }),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.object({
      branches: ListedRefs,
      converts: ListedRefs,
      tags: ListedRefs,
      pullRequests: ListedRefs.optional(),
    }),
    async run(call) {
      const { actor, address, query } = call;
      const visit = await content.visit({ actor, address }, addressOf(call), 'HEAD');
      const refs = await history.listRefs(visit);
      const below = (prefix: string) => refs.filter(({ name }) => name.startsWith(prefix)).map(presentRef);
      return {
        branches: below('refs/heads/'),
        converts: below('refs/convert/'),
        tags: below('refs/tags/'),
        ...(query.include_prs && { pullRequests: below('refs/pr/') }),
      };
    },
  });
}

function presentRef({ name, commit }: ListedRef): { name: string; ref: string; targetCommit: string } {
  return { name: shortName(name), ref: name, targetCommit: commit };
}
