// `GET /api/{type}/{namespace}/{name}/auth-check[/write]`
import { z } from 'zod';
import { type RepoAction } from '#modules/access';
import { type Repos } from '#modules/repos';
import { defineRoute, type Route } from '../../route/route.ts';
import { addressOf, RepoParams } from './names.ts';

/** Answers whether the caller may read, or write, the repository's files. */
export function authChecks({ repos }: { repos: Repos }): Route[] {
  const check = (operation: string, path: string, action: RepoAction): Route =>
    defineRoute({
      operation,
      summary: `Whether the caller may ${action} the repository`,
      method: 'GET',
      path,
      access: 'anyone',
      allowance: 'api',
      params: RepoParams,
      query: z.unknown(),
      bodyKind: 'none',
      body: z.unknown(),
      output: z.object({ access: z.literal('granted') }),
      async run(call) {
        await repos.get(call.actor, addressOf(call), action);
        return { access: 'granted' as const };
      },
    });
  return [
    check('checkRead', '/api/{type}/{namespace}/{name}/auth-check', 'read'),
    check('checkWrite', '/api/{type}/{namespace}/{name}/auth-check/write', 'write'),
  ];
}
