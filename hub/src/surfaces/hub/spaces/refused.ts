// What Spaces do not have here, said in words: `…/secrets`.
import { z } from 'zod';
import { type Repos } from '#modules/repos';
import { secretsUnavailable } from '#modules/spaces';
import { defineRoute, type Route } from '../../route/route.ts';
import { RepoParams } from '../repos/names.ts';

/** The routes. Who may not know of the Space is told no more than anywhere else. */
export function refusedRoutes(deps: { readonly repos: Repos }): Route[] {
  return [
    listSecrets(deps),
    refused(deps, { operation: 'setSecret', word: 'secrets', refusal: secretsUnavailable }),
  ];
}

const SHARED = {
  access: 'user',
  allowance: 'api',
  params: RepoParams,
  query: z.unknown(),
  body: z.unknown(),
  output: z.object({}),
} as const;

function listSecrets({ repos }: { readonly repos: Repos }): Route {
  return defineRoute({
    ...SHARED,
    operation: 'listSecrets',
    summary: 'The secrets of a Space: none',
    method: 'GET',
    path: '/api/spaces/{namespace}/{name}/secrets',
    bodyKind: 'none',
    async run({ actor, params }) {
      await repos.get(actor, { type: 'space', ...params }, 'write');
      return {};
    },
  });
}

function refused(
  { repos }: { readonly repos: Repos },
  what: { readonly operation: string; readonly word: string; readonly refusal: () => Error },
): Route {
  return defineRoute({
    ...SHARED,
    operation: what.operation,
    summary: `${what.word} of a Space: refused`,
    method: 'POST',
    path: `/api/spaces/{namespace}/{name}/${what.word}`,
    bodyKind: 'json',
    async run({ actor, params }) {
      await repos.get(actor, { type: 'space', ...params }, 'write');
      throw what.refusal();
    },
  });
}
