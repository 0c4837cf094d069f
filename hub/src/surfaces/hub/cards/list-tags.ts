// `GET /api/models-tags-by-type`, `GET /api/datasets-tags-by-type`
import { z } from 'zod';
import { tagsByType } from '#modules/cards';
import { type Repos } from '#modules/repos';
import { defineRoute, type Route } from '../../route/route.ts';

const Tag = z.object({ id: z.string(), label: z.string(), type: z.string() });

/** Lists the tags in use, by type of tag. */
export function listTags({ repos }: { repos: Repos }, type: 'model' | 'dataset'): Route {
  return defineRoute({
    operation: type === 'model' ? 'listModelTags' : 'listDatasetTags',
    summary: `List the tags that ${type}s have, by type of tag`,
    method: 'GET',
    path: `/api/${type}s-tags-by-type`,
    access: 'anyone',
    allowance: 'api',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.record(z.string(), z.array(Tag)),
    run: async ({ actor }) => tagsByType(type, await repos.listTags(actor, type)),
  });
}
