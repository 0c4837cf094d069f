// `POST /admin/backups`
import { z } from 'zod';
import { type Backups } from '#modules/upkeep';
import { defineRoute, type Route } from '../route/route.ts';

/** Puts on record that a backup begins, which the command makes itself. */
export function beginBackup({ backups }: { readonly backups: Backups }): Route {
  return defineRoute({
    operation: 'adminBeginBackup',
    summary: 'Record that data, keys or both are about to be backed up',
    access: 'operator',
    allowance: 'none',
    method: 'POST',
    path: '/admin/backups',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'json',
    body: z.strictObject({ data: z.boolean(), keys: z.boolean() }),
    output: z.object({}),
    run: async ({ actor, body }) => {
      await backups.begin(actor, body);
      return {};
    },
  });
}
