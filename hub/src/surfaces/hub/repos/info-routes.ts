// `GET /api/{type}/{namespace}/{name}` and `…/revision/{revision}`
import { z } from 'zod';
import { recordListing, type Content, type FileFacts } from '#modules/content';
import { type Reads } from '#modules/ledger';
import { type Repo, type Repos } from '#modules/repos';
import { defineRoute, type Call, type Route } from '../../route/route.ts';
import { Flag, TextList } from '../query.ts';
import { expandInvalid } from './faults.ts';
import { isInfoField, pickFields, presentRepo, RepoInfo, type Sibling } from './info.ts';
import { type RuntimeDeps } from '../spaces/runtime.ts';
import { addressOf, RepoParams } from './names.ts';
import { asksForSpace, spaceFieldsOf, type SpaceFields } from './space-fields.ts';

const InfoQuery = z.object({
  blobs: Flag,
  securityStatus: Flag,
  expand: TextList,
  'expand[]': TextList,
});
type InfoCall = Call<
  { namespace: string; name: string; revision?: string; '*'?: string },
  z.output<typeof InfoQuery>,
  unknown
>;

/** What these routes need. */
export interface InfoDeps extends RuntimeDeps {
  readonly repos: Repos;
  readonly content: Content;
  readonly reads: Reads;
}

/** What the hub knows of a repository, at `main` or at another revision. */
export function infoRoutes(deps: InfoDeps): Route[] {
  const shared = {
    method: 'GET',
    access: 'anyone',
    allowance: 'api',
    query: InfoQuery,
    bodyKind: 'none',
    body: z.unknown(),
    output: RepoInfo,
  } as const;
  return [
    defineRoute({
      ...shared,
      operation: 'getRepo',
      summary: 'What is known of a repository',
      path: '/api/{type}/{namespace}/{name}',
      params: RepoParams,
      run: (call) => present(deps, call, undefined),
    }),
    defineRoute({
      ...shared,
      operation: 'getRepoAtRevision',
      summary: 'What is known of a repository at a revision',
      path: '/api/{type}/{namespace}/{name}/revision/*',
      params: RepoParams.extend({ '*': z.string() }),
      run: (call) => present(deps, call, call.params['*']),
    }),
  ];
}

async function present(
  deps: InfoDeps,
  call: InfoCall,
  revision: string | undefined,
): Promise<z.input<typeof RepoInfo>> {
  const expand = [...call.query.expand, ...call.query['expand[]']];
  const unknown = expand.find((field) => !isInfoField(call.repoType, field));
  if (unknown !== undefined) throw expandInvalid(unknown);
  const named = await deps.repos.get(call.actor, addressOf(call), 'discover');
  // The cached row may be as old as the last change of a name; counters and the head are read afresh.
  const repo = (await deps.repos.findById(named.id)) ?? named;
  const info = { ...presentRepo(repo), ...(await spaceOf(deps, call, expand)) };
  if (expand.length > 0 && !expand.includes('siblings') && !expand.includes('sha'))
    return pickFields(info, expand);
  const listed = expand.length === 0 || expand.includes('siblings');
  const files = await filesOf(deps, call, { repo, revision, listed });
  const whole = { ...info, ...files, ...(call.query.securityStatus && { securityRepoStatus: NOT_EXAMINED }) };
  return expand.length > 0 ? pickFields(whole, expand) : whole;
}

/** Where a Space is and how it is, unless only other fields are asked for. */
async function spaceOf(deps: InfoDeps, call: InfoCall, expand: readonly string[]): Promise<SpaceFields> {
  if (call.repoType !== 'space' || (expand.length > 0 && !asksForSpace(expand))) return {};
  return await spaceFieldsOf(deps, call, call.params);
}

// Nothing was examined yet, and that is never shown as safe: the scans are not done.
const NOT_EXAMINED = { scansDone: false, filesWithIssues: [] };

async function filesOf(
  deps: InfoDeps,
  call: InfoCall,
  at: { repo: Repo; revision: string | undefined; listed: boolean },
): Promise<{ sha: string | null; siblings?: Sibling[] }> {
  const { repo } = at;
  if (repo.head === null && at.revision === undefined) return { sha: null, siblings: [] };
  // Names of files are content: whoever may only discover the repository does not get them.
  if (!deps.repos.mayRead(call.actor, repo)) {
    // Nor which branches, tags and commits there are: an answer for those alone that exist would tell one by one.
    if (![undefined, 'main', repo.head].includes(at.revision)) deps.repos.require(call.actor, 'read', repo);
    return { sha: repo.head, siblings: [] };
  }
  const commit = await deps.content.resolveRevision(repo, at.revision ?? 'main');
  if (!at.listed) return { sha: commit, siblings: [] };
  await recordListing(deps.reads, { repo, commit, path: '', visitor: call });
  const siblings = call.query.blobs
    ? (await deps.content.listAnswered(repo, commit))?.map(presentSibling)
    : (await deps.content.listPaths(repo, commit))?.map((rfilename) => ({ rfilename }));
  // Clients ask for the tree, page by page, where there are none.
  return { sha: commit, ...(siblings !== undefined && { siblings }) };
}

function presentSibling({ path, size, oid, lfs }: FileFacts): Sibling {
  return {
    rfilename: path,
    size,
    blobId: oid,
    ...(lfs !== undefined && {
      lfs: { size: lfs.size, sha256: lfs.sha256, pointerSize: lfs.pointerSize },
    }),
  };
}
