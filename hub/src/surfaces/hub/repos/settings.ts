// `PUT /api/{type}/{namespace}/{name}/settings`
import { z } from 'zod';
import { optionUnavailable, type RepoChanges, type SettingsChange } from '#modules/repos';
import { defineRoute, type Route } from '../../route/route.ts';
import { addressOf, RepoParams } from './names.ts';
import { VisibilityWish, visibilityOf } from './wishes.ts';
import { whoOf } from '../who.ts';

const Body = z.object({
  ...VisibilityWish.shape,
  gated: z.union([z.literal(false), z.enum(['auto', 'manual'])]).nullish(),
  orgMembersGated: z.boolean().nullish(),
  discussionsDisabled: z.boolean().nullish(),
  discussionsSorting: z.unknown().optional(),
  gatedNotificationsEmail: z.unknown().optional(),
  gatedNotificationsMode: z.unknown().optional(),
});

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
    body: Body,
    output: z.object({
      private: z.boolean(),
      visibility: z.string(),
      gated: z.union([z.literal(false), z.string()]),
    }),
    async run(call) {
      const { body } = call;
      // Ignored, it would be believed to keep members out who are let in.
      if (body.orgMembersGated === true) throw optionUnavailable('gates for members of an organization');
      if (body.gatedNotificationsEmail != null || body.gatedNotificationsMode != null)
        throw optionUnavailable('notifications of requests for access');
      if (body.discussionsSorting != null) throw optionUnavailable('orders of discussions');
      const visibility = visibilityOf(body);
      const change: SettingsChange = {
        ...(visibility !== undefined && { visibility }),
        ...(body.gated != null && { gated: body.gated }),
        ...(body.discussionsDisabled != null && { discussionsDisabled: body.discussionsDisabled }),
      };
      const repo = await changes.changeSettings(whoOf(call), addressOf(call), change);
      return { private: repo.visibility === 'private', visibility: repo.visibility, gated: repo.gated };
    },
  });
}
