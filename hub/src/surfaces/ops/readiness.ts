// `GET /readyz`
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { defineRoute, type Route } from '../route/route.ts';
import { notReady } from './faults.ts';

/** A database that is stopped and not gone answers nothing, for as long as it is asked. Milliseconds. */
const PATIENCE = 1_000;

async function tooLate(): Promise<never> {
  await delay(PATIENCE, undefined, { ref: false });
  throw new Error('the database did not answer in time');
}

/**
 * Whether the hub can serve: it is not sealed, and its database tells it now what changed. That it was told late, on a busy
 * machine, is no reason to be passed over.
 */
export function getReadiness(deps: { epochs: Epochs; sealed?: boolean }): Route {
  const { epochs, sealed = false } = deps;
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
      if (sealed) throw notReady(undefined);
      try {
        await Promise.race([epochs.read(), tooLate()]);
      } catch (error) {
        throw notReady(error);
      }
      return { status: 'ready' };
    },
  });
}
