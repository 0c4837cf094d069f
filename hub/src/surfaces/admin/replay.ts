// `POST /admin/replay`
import { z } from 'zod';
import { AnId } from '#modules/removals';
import { type Replay } from '#modules/repos';
import { defineRoute, type Route } from '../route/route.ts';

/** Does again what an export says was done to a repository or a name, in a sealed instance. */
export function replayAct({ replay, sealed }: { readonly replay: Replay; readonly sealed: boolean }): Route {
  return defineRoute({
    operation: 'adminReplayAct',
    summary: 'Delete or move a repository again, or keep the name of a lost account, in a sealed instance',
    access: 'operator',
    allowance: 'none',
    method: 'POST',
    path: '/admin/replay',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'json',
    body: z.discriminatedUnion('act', [
      z.strictObject({ act: z.literal('begin') }),
      z.strictObject({ act: z.literal('repo-deleted'), id: AnId }),
      z.strictObject({
        ...{ act: z.literal('repo-moved'), id: AnId, namespace: AnId },
        name: z.string().max(200).optional(),
      }),
      z.strictObject({
        ...{ act: z.literal('account-created'), id: AnId, kind: z.enum(['user', 'org']) },
        name: z.string().max(200),
      }),
    ]),
    output: z.object({ name: z.string() }),
    run: async ({ actor, body }) => ({ name: await replay.replay(actor, body, { sealed }) }),
  });
}
