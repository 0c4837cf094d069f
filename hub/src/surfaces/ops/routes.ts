// Health, readiness and metrics.
import { type Route } from '../route/route.ts';
import { getHealth } from './health.ts';
import { getMetrics } from './metrics.ts';
import { getReadiness } from './readiness.ts';

/** What these routes need. */
export type OpsDeps = Parameters<typeof getReadiness>[0] & Parameters<typeof getMetrics>[0];

/** The routes by which the hub is watched. */
export function opsRoutes(deps: OpsDeps): Route[] {
  return [getHealth(), getReadiness(deps), getMetrics(deps)];
}
