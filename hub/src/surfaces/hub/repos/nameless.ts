// Ids without a namespace, which clients may send for repositories of other hubs: nothing here is called so.
import { z } from 'zod';
import { repoMissing } from '#modules/repos';
import { defineRoute, type Route } from '../../route/route.ts';

/** Answers "repository not found" for `GET /api/{type}/name`, its revisions and its files. */
export function namelessRoutes(): Route[] {
  const missing = (operation: string, method: 'GET' | 'HEAD', path: string): Route =>
    defineRoute({
      operation,
      summary: 'An id without a namespace: not found',
      method,
      path,
      access: 'anyone',
      allowance: 'api',
      params: z.object({ name: z.string() }),
      query: z.unknown(),
      bodyKind: 'none',
      body: z.unknown(),
      output: z.object({}),
      run: () => Promise.reject(repoMissing()),
    });
  return [
    missing('getNamelessRepo', 'GET', '/api/{type}/{name}'),
    missing('getNamelessFile', 'GET', '/{name}/resolve/*'),
    missing('headNamelessFile', 'HEAD', '/{name}/resolve/*'),
  ];
}
