// `POST {prefix}/{namespace}/{name}.git/info/lfs/locks/verify`: asked before every push; no means that nothing is locked
import { z } from 'zod';
import { RepoParams } from '../hub/repos/names.ts';
import { defineRoute, type Route } from '../route/route.ts';
import { locksUnsupported } from './faults.ts';

/** Says that files cannot be locked here, for any repository alike. */
export function verifyLocks(): Route {
  return defineRoute({
    operation: 'lfsVerifyLocks',
    summary: 'Ask for locked files: there are none',
    method: 'POST',
    path: '{prefix}/{namespace}/{name}.git/info/lfs/locks/verify',
    access: 'anyone',
    allowance: 'api',
    params: RepoParams,
    query: z.unknown(),
    bodyKind: 'json',
    body: z.unknown(),
    output: z.object({}),
    run: () => Promise.reject(locksUnsupported()),
  });
}
