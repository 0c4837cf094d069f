// Health, readiness and metrics.
import { z } from 'zod';
import { type Metrics } from '@holdfast/platform/metrics';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { mayInstanceMetrics } from '#modules/access';
import { operatorOnly } from '../route/faults.ts';
import { defineRoute, type Route } from '../route/route.ts';
import { notReady } from './faults.ts';

const Nothing = z.unknown();
const Standing = z.object({ status: z.string() });

/** What these routes need. */
export interface OpsDeps {
  readonly db: Db;
  readonly epochs: Epochs;
  readonly metrics: Metrics;
}

/** `GET /healthz`: the process answers. `GET /readyz`: it can serve. `GET /metrics`: Prometheus, for administrators. */
export function opsRoutes({ db, epochs, metrics }: OpsDeps): Route[] {
  const shared = {
    allowance: 'none',
    params: Nothing,
    query: Nothing,
    bodyKind: 'none',
    body: Nothing,
  } as const;
  return [
    defineRoute({
      ...shared,
      operation: 'getHealth',
      summary: 'Whether the process answers',
      method: 'GET',
      path: '/healthz',
      access: 'open',
      output: Standing,
      run: () => Promise.resolve({ status: 'ok' }),
    }),
    defineRoute({
      ...shared,
      operation: 'getReadiness',
      summary: 'Whether the hub can serve',
      method: 'GET',
      path: '/readyz',
      access: 'open',
      output: Standing,
      async run() {
        await db.ping().catch((error: unknown) => {
          throw notReady(error);
        });
        if (!epochs.areFresh()) throw notReady(undefined);
        return { status: 'ready' };
      },
    }),
    defineRoute({
      ...shared,
      operation: 'getMetrics',
      summary: 'Metrics in the Prometheus text format',
      method: 'GET',
      path: '/metrics',
      access: 'user',
      output: 'stream',
      async run({ actor, reply }) {
        if (!mayInstanceMetrics(actor)) throw operatorOnly();
        await reply.header('content-type', 'text/plain; version=0.0.4').send(metrics.present());
      },
    }),
  ];
}
