// `GET /readyz`
import { z } from 'zod';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { defineRoute, type Route } from '../route/route.ts';
import { notReady } from './faults.ts';

/** Whether the hub can serve: its database answers, and what it remembers of rights is fresh. */
export function getReadiness({ db, epochs }: { db: Db; epochs: Epochs }): Route {
  return defineRoute({
    operation: 'getReadiness',
    summary: 'Whether the hub can serve',
    allowance: 'none',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    method: 'GET',
    path: '/readyz',
    access: 'open',
    output: z.object({ status: z.string() }),
    async run() {
      await db.ping().catch((error: unknown) => {
        throw notReady(error);
      });
      if (!epochs.areFresh()) throw notReady(undefined);
      return { status: 'ready' };
    },
  });
}
