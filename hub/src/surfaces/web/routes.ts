// The routes of the pages. Each path is named here, so that the API never waits for a page and no page shadows the API.
import { z } from 'zod';
import { defineRoute, type Route } from '../route/route.ts';
import { requireOwnPage, respondWithPage, type PageDeps } from './respond.ts';
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
  '/language',
  '/account',
  '/account/*',
] as const;

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

/** The pages, and what they load. */
export function webRoutes(deps: WebDeps): Route[] {
  return [getPage(deps), postPage(deps), getPageFile(deps)];
}

function getPage(deps: WebDeps): Route {
  const [path, ...aliases] = PAGES;
  return defineRoute({
    ...SHARED,
    operation: 'getPage',
    summary: 'A page for people',
    method: 'GET',
    path,
    aliases: ['/', ...aliases],
    bodyKind: 'none',
    body: z.unknown(),
    run: (call) => respondWithPage(deps, call),
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
