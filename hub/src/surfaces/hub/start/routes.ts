// What clients ask at start-up, and small things everyone expects to be there.
import { type Route } from '../../route/route.ts';
import { getAgentHarnesses } from './agent-harnesses.ts';
import { getAvatar } from './avatar.ts';
import { headTelemetry } from './telemetry.ts';

/** The routes that need nothing. */
export function startRoutes(): Route[] {
  return [getAgentHarnesses(), headTelemetry(), getAvatar()];
}
