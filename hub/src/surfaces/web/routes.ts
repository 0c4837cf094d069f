// The routes of the pages. Each path is named here, so that the API never waits for a page and no page shadows the API.
import { z } from 'zod';
import { defineRoute, type Route } from '../route/route.ts';
import { isReservedName } from '#modules/identity';
import { routeMissing } from '../route/faults.ts';
import { downloadRoute, type DownloadDeps } from './download.ts';
import { sendFilesRoutes, type SendFilesDeps } from './send-files.ts';
import { requireOwnPage, respondWithPage, type PageDeps } from './respond.ts';
import { secretPageRoute, type SecretPageDeps } from './secret-page.ts';
import { spaceLogRoute, type SpaceLogDeps } from './space-log.ts';
import { sendStatic, type StaticFiles } from './static.ts';

/** Paths of pages. Names that begin one are reserved in `identity`. */
const PAGES = [
  '/sign-in',
  '/sign-in/code',
  '/sign-in/passkey',
  '/sign-in/issuer',
  '/sign-in/issuer/back',
  '/sign-out',
  '/sign-up',
  '/join/{invitation}',
  '/device',
  '/oauth/authorize',
  '/language',
  '/account',
  '/account/*',
  '/security',
  '/security/*',
  '/new/space',
] as const;

/** Lists of repositories. */
const LISTS = ['/models', '/datasets', '/spaces', '/search'] as const;

const SHARED = {
  access: 'page',
  allowance: 'api',
  params: z.unknown(),
  query: z.unknown(),
  output: 'stream',
  ownHead: true,
} as const;

/** What the pages need. */
export type WebDeps = PageDeps & { readonly staticFiles: StaticFiles };

/** Pages of a Space whose forms change something. */
const SPACE_PAGES = [
  '/spaces/{namespace}/{name}/settings/app',
  '/spaces/{namespace}/{name}/duplicate',
] as const;

/** A repository, and what is shown of it. */
const REPO_PAGES = [
  '{prefix}/{namespace}/{name}',
  '{prefix}/{namespace}/{name}/tree/*',
  '{prefix}/{namespace}/{name}/blob/*',
  '{prefix}/{namespace}/{name}/commits/*',
  '{prefix}/{namespace}/{name}/commit/{commit}',
  '{prefix}/{namespace}/{name}/refs',
  '{prefix}/{namespace}/{name}/settings',
  ...SPACE_PAGES,
  '/spaces/{namespace}/{name}/settings/secret',
  '/spaces/{namespace}/{name}/logs',
  '{prefix}/{namespace}/{name}/edit/*',
  '{prefix}/{namespace}/{name}/new/*',
  '{prefix}/{namespace}/{name}/delete/*',
  '{prefix}/{namespace}/{name}/upload/*',
  '/{namespace}',
] as const;

/** The pages, and what they load. */
export function webRoutes(
  deps: WebDeps & DownloadDeps & SecretPageDeps & SpaceLogDeps & SendFilesDeps,
): Route[] {
  return [
    getPage(deps),
    getRepoPage(deps),
    postPage(deps),
    postRepoPage(deps),
    postRepoText(deps),
    getPageFile(deps),
    downloadRoute(deps),
    secretPageRoute(deps),
    spaceLogRoute(deps),
    ...sendFilesRoutes(deps),
  ];
}

function getPage(deps: WebDeps): Route {
  const [path, ...aliases] = PAGES;
  return defineRoute({
    ...SHARED,
    operation: 'getPage',
    summary: 'A page for people',
    method: 'GET',
    path,
    aliases: ['/', ...aliases, ...LISTS],
    bodyKind: 'none',
    body: z.unknown(),
    run: (call) => respondWithPage(deps, call),
  });
}

function getRepoPage(deps: WebDeps): Route {
  const [path, ...aliases] = REPO_PAGES;
  return defineRoute({
    ...SHARED,
    operation: 'getRepoPage',
    summary: 'A page of a repository',
    method: 'GET',
    path,
    aliases,
    params: z.object({ namespace: z.string() }),
    bodyKind: 'none',
    body: z.unknown(),
    run: async (call) => {
      const { request, params } = call;
      // Such a name is nobody's, unless the first start gave it to an account: what begins with it is a part of the API that is
      // not there, and a program asks for it.
      const { identity } = deps.pageModules;
      if (isReservedName(params.namespace) && (await identity.findByName(params.namespace)) === undefined)
        throw routeMissing('GET', (request.url ?? '').split('?', 1)[0]?.slice(0, 200) ?? '');
      await respondWithPage(deps, call);
    },
  });
}

function postPage(deps: WebDeps): Route {
  const [path, ...aliases] = PAGES;
  return defineRoute({
    ...SHARED,
    operation: 'postPage',
    summary: 'A form of a page',
    method: 'POST',
    path,
    aliases,
    bodyKind: 'form',
    checkHead: requireOwnPage,
    body: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    run: (call) => respondWithPage(deps, call),
  });
}

function postRepoPage(deps: WebDeps): Route {
  return defineRoute({
    ...SHARED,
    operation: 'postRepoPage',
    summary: 'A form of a page of a repository',
    method: 'POST',
    path: '{prefix}/{namespace}/{name}/settings',
    aliases: [...SPACE_PAGES, '{prefix}/{namespace}/{name}/delete/*'],
    bodyKind: 'form',
    checkHead: requireOwnPage,
    body: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    run: (call) => respondWithPage(deps, call),
  });
}

function postRepoText(deps: WebDeps): Route {
  return defineRoute({
    ...SHARED,
    operation: 'postRepoText',
    summary: 'A form of a page with the text of a file',
    method: 'POST',
    path: '{prefix}/{namespace}/{name}/edit/*',
    aliases: ['{prefix}/{namespace}/{name}/new/*'],
    bodyKind: 'form',
    bodyHoldsText: true,
    checkHead: requireOwnPage,
    body: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    run: (call) => respondWithPage(deps, call),
  });
}

function getPageFile(deps: WebDeps): Route {
  return defineRoute({
    ...SHARED,
    operation: 'getPageFile',
    summary: 'What a page loads',
    access: 'open',
    allowance: 'none',
    method: 'GET',
    path: '/_app/*',
    params: z.object({ '*': z.string() }),
    bodyKind: 'none',
    body: z.unknown(),
    run: (call) => {
      sendStatic(deps.staticFiles, call);
      return Promise.resolve();
    },
  });
}
