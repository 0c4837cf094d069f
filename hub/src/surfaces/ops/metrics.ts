// `GET /metrics`
import { z } from 'zod';
import { type Metrics } from '@holdfast/platform/metrics';
import { type Durability } from '@holdfast/platform/postgres/durability';
import { mayInstanceMetrics } from '#modules/access';
import { type LedgerLag } from '#modules/ledger';
import { operatorOnly } from '../route/faults.ts';
import { defineRoute, type Route } from '../route/route.ts';

interface MetricsDeps {
  readonly metrics: Metrics;
  readonly ledgerLag: LedgerLag;
  readonly durability: Durability;
}

/** Metrics for Prometheus, which signs in with the token of an administrator. */
export function getMetrics({ metrics, ledgerLag, durability }: MetricsDeps): Route {
  return defineRoute({
    operation: 'getMetrics',
    summary: 'Metrics in the Prometheus text format',
    allowance: 'none',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    method: 'GET',
    path: '/metrics',
    access: 'user',
    output: 'stream',
    async run({ actor, reply }) {
      if (!mayInstanceMetrics(actor)) throw operatorOnly();
      await Promise.all([ledgerLag.read(), durability.read()]);
      await reply.header('content-type', 'text/plain; version=0.0.4').send(metrics.present());
    },
  });
}
