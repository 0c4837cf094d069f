// `GET /api/{type}`
import { z } from 'zod';
import { appTags } from '#modules/cards';
import { type Content } from '#modules/content';
import { SORTS, type RepoPage, type RepoQuery, type Repos } from '#modules/repos';
import { Flag, nextLink, pageSize, TextList } from '../query.ts';
import { defineRoute, type Call, type Route } from '../../route/route.ts';
import { appUnknown, expandInvalid } from './faults.ts';
import { ParameterRange } from './parameter-range.ts';
import { isInfoField, isOfCard, listFields, pickFields, presentRepo, RepoInfo } from './info.ts';
import { asksForSpace, MOST_SPACES, spaceFieldsOf } from './space-fields.ts';
import { type RuntimeDeps } from '../spaces/runtime.ts';

const ListQuery = z.object({
  search: z.string().max(200).optional(),
  author: z.string().max(100).optional(),
  filter: TextList,
  tags: TextList,
  sort: z.enum([...SORTS, 'created_at', 'last_modified', 'trending_score', 'modified']).optional(),
  direction: z.enum(['-1', '1']).optional(),
  limit: pageSize(1000, 1000),
  full: Flag,
  cardData: Flag,
  config: Flag,
  expand: TextList,
  'expand[]': TextList,
  gated: z.enum(['true', 'false', 'True', 'False']).optional(),
  pipeline_tag: z.string().max(100).optional(),
  num_parameters: ParameterRange.optional(),
  inference: z.string().max(100).optional(),
  inference_provider: TextList,
  apps: TextList,
  models: TextList,
  datasets: TextList,
  linked: Flag,
  cursor: z.string().max(1024).optional(),
});
type ListQuery = z.output<typeof ListQuery>;

/** What the route needs. */
interface ListDeps extends RuntimeDeps {
  readonly repos: Repos;
  readonly content: Content;
}

/** Lists repositories, a page at a time; the next page is in `Link`. */
export function listReposRoute(deps: ListDeps): Route {
  const { repos, content } = deps;
  return defineRoute({
    operation: 'listRepos',
    summary: 'List repositories',
    method: 'GET',
    path: '/api/{type}',
    access: 'anyone',
    allowance: 'api',
    params: z.unknown(),
    query: ListQuery,
    bodyKind: 'none',
    body: z.unknown(),
    output: z.array(RepoInfo),
    async run(call) {
      const { actor, query, repoType, baseUrl, request, reply } = call;
      const expand = [...query.expand, ...query['expand[]']];
      const unknown = expand.find((field) => !isInfoField(repoType, field));
      if (unknown !== undefined) throw expandInvalid(unknown);
      // No model is served here, so nothing can match these.
      if (query.inference !== undefined || query.inference_provider.length > 0) return [];
      const fields = expand.length > 0 ? expand : listFields(query);
      const asksSpaces = repoType === 'space' && asksForSpace(fields);
      const wish = toRepoQuery(query);
      const limit = asksSpaces ? Math.min(wish.limit, MOST_SPACES) : wish.limit;
      const page = await repos.list(actor, { type: repoType, ...wish, limit, cards: fields.some(isOfCard) });
      const { items, next } = fields.includes('siblings')
        ? await withSiblings(content, call, page)
        : { items: page.items.map(presentRepo), next: page.next };
      if (next !== undefined)
        reply.raw.setHeader('link', nextLink(baseUrl, request.url ?? '/', { cursor: next }));
      const more = asksSpaces ? await withSpaces(deps, call, { items, page }) : items;
      return more.map((info) => pickFields(info, fields));
    },
  });
}

/** The page with the names of files, which ends early where they are many: the next page goes on from there. */
async function withSiblings(
  content: Content,
  visitor: Pick<Call<unknown, unknown, unknown>, 'actor' | 'address'>,
  page: RepoPage,
): Promise<{ items: z.input<typeof RepoInfo>[]; next: string | undefined }> {
  const names = await content.listNames(visitor, page.items);
  const items = page.items.slice(0, names.length).map((repo, index) => ({
    ...presentRepo(repo),
    siblings: names[index]?.map((rfilename) => ({ rfilename })),
  }));
  return { items, next: items.length < page.items.length ? page.cursorAfter(items.length - 1) : page.next };
}

/** The page with where each Space is and how it is. */
async function withSpaces(
  deps: ListDeps,
  call: Pick<Call<unknown, unknown, unknown>, 'actor' | 'baseUrl'>,
  { items, page }: { readonly items: readonly z.input<typeof RepoInfo>[]; readonly page: RepoPage },
): Promise<z.input<typeof RepoInfo>[]> {
  const found: z.input<typeof RepoInfo>[] = [];
  for (const [index, info] of items.entries()) {
    const repo = page.items[index];
    found.push({ ...info, ...(repo && (await spaceFieldsOf(deps, call, repo))) });
  }
  return found;
}

/** What a local app can load, as tags. Throws `request.app-unknown`: nothing found would be no answer. */
function tagsOfApp(app: string): readonly string[] {
  const tags = appTags(app);
  if (tags === undefined) throw appUnknown(app);
  return tags;
}

const OLD_SORTS = {
  created_at: 'createdAt',
  last_modified: 'lastModified',
  modified: 'lastModified',
  trending_score: 'trendingScore',
} as const;

function toRepoQuery(query: ListQuery): Omit<RepoQuery, 'type'> {
  const asked = query.sort ?? 'trendingScore';
  const sort = asked in OLD_SORTS ? OLD_SORTS[asked as keyof typeof OLD_SORTS] : (asked as RepoQuery['sort']);
  const tags = [
    // A filter may hold several tags, as old clients write them.
    ...query.filter.flatMap((one) => one.split(',')),
    ...query.tags,
    ...query.apps.flatMap(tagsOfApp),
  ].filter((tag) => tag !== '');
  const uses = [...query.models.map((id) => `model:${id}`), ...query.datasets.map((id) => `dataset:${id}`)];
  return {
    tags,
    ...(uses.length > 0 && { uses: uses.map((one) => one.toLowerCase()) }),
    linked: query.linked,
    sort,
    ascending: query.direction === '1',
    limit: query.limit,
    ...(query.search !== undefined && query.search !== '' && { search: query.search }),
    ...(query.author !== undefined && { author: query.author }),
    ...(query.pipeline_tag !== undefined && { pipelineTag: query.pipeline_tag }),
    ...(query.gated !== undefined && { gated: query.gated.toLowerCase() === 'true' }),
    ...(query.num_parameters !== undefined && { parameters: query.num_parameters }),
    ...(query.cursor !== undefined && { cursor: query.cursor }),
  };
}
