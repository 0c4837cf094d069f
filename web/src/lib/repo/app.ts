// How the app of a Space is, and where.
import { type Repo } from '@holdfast/hub/surfaces/web/pages';
import { callOf, show, type PageEvent } from '../call.ts';

/** The app of a Space as pages show it. */
export interface ShownApp {
  readonly stage: string;
  readonly error: string | undefined;
  readonly notices: readonly string[];
  readonly address: string;
}

/** The app of a repository; nothing for one that is no Space. */
export async function openApp(event: PageEvent, repo: Repo): Promise<ShownApp | undefined> {
  if (repo.type !== 'space') return undefined;
  const { hub, actor, baseUrl } = callOf(event);
  const { stage, error, notices, label } = await show(event, () => hub.spaces.runtime(actor, repo));
  return { stage, error, notices, address: hub.spaceOrigin(label, baseUrl) };
}
