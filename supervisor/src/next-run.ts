// How a hub is started anew. Pure.
import { type HubRun } from './hub.ts';
import { withRemovals } from './removals.ts';
import { type RemovalsHead, type Settings } from './settings.ts';

/**
 * The run after this one, with what is known by now. What was lost once is not lost again: the hub would record it anew, and end the
 * refresh tokens that people got since.
 */
export function nextRun(run: HubRun, sealed: Settings['sealed'], head: RemovalsHead | null): HubRun {
  const { start } = withRemovals(run, { head, acceptLoss: false });
  return { ...run, start: { ...start, settings: { ...start.settings, sealed, lost: null } } };
}
