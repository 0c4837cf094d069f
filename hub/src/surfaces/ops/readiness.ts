// `GET /readyz`
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { defineRoute, type Route } from '../route/route.ts';
import { notReady } from './faults.ts';

/** A database that is stopped and not gone answers nothing, for as long as it is asked. Milliseconds. */
const PATIENCE = 1_000;

async function tooLate(): Promise<never> {
  await delay(PATIENCE, undefined, { ref: false });
  throw new Error('the database did not answer in time');
}

/** Whether the hub can serve: it is not sealed, its database answers, and what it remembers of rights is fresh. */
export function getReadiness(deps: { db: Db; epochs: Epochs; sealed?: boolean }): Route {
  const { db, epochs, sealed = false } = deps;
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
      if (sealed || !epochs.areFresh()) throw notReady(undefined);
      try {
        await Promise.race([db.ping(), tooLate()]);
      } catch (error) {
        throw notReady(error);
      }
      return { status: 'ready' };
    },
  });
}
