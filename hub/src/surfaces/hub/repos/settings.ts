// `PUT /api/{type}/{namespace}/{name}/settings`
import { z } from 'zod';
import { type RepoChanges, type SettingsChange } from '#modules/repos';
import { defineRoute, type Route } from '../../route/route.ts';
import { addressOf, RepoParams } from './names.ts';

/** Changes who may see a repository and whether readers must ask. */
export function changeSettings({ changes }: { changes: RepoChanges }): Route {
  return defineRoute({
    operation: 'changeSettings',
    summary: "Change a repository's settings",
    method: 'PUT',
    path: '/api/{type}/{namespace}/{name}/settings',
    access: 'user',
    allowance: 'api',
    params: RepoParams,
    query: z.unknown(),
    bodyKind: 'json',
    body: z.object({
      private: z.boolean().nullish(),
      visibility: z.enum(['public', 'private', 'protected']).nullish(),
      gated: z.union([z.literal(false), z.enum(['auto', 'manual'])]).nullish(),
      discussionsDisabled: z.boolean().nullish(),
    }),
    output: z.object({
      private: z.boolean(),
      visibility: z.string(),
      gated: z.union([z.literal(false), z.string()]),
    }),
    async run(call) {
      const { body } = call;
      const visibility =
        body.visibility ?? (body.private == null ? undefined : body.private ? 'private' : 'public');
      const change: SettingsChange = {
        ...(visibility !== undefined && { visibility }),
        ...(body.gated != null && { gated: body.gated }),
        ...(body.discussionsDisabled != null && { discussionsDisabled: body.discussionsDisabled }),
      };
      const repo = await changes.changeSettings(call.actor, addressOf(call), change);
      return { private: repo.visibility === 'private', visibility: repo.visibility, gated: repo.gated };
    },
  });
}
