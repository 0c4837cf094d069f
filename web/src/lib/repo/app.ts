// How the app of a Space is, and where; and the app itself, in a frame.
import { type Repo, type Visit } from '@holdfast/hub/surfaces/web/pages';
import { callOf, show, type PageEvent } from '../call.ts';

/** The app of a Space as pages show it. */
export interface ShownApp {
  readonly stage: string;
  readonly error: string | undefined;
  readonly notices: readonly string[];
  readonly address: string;
  /** What the page shows in a frame; absent where it shows none. */
  readonly frame?: string;
  /** The page shows it when it is asked to. */
  readonly onDemand?: boolean;
}

/** Stages in which somebody is served, or is once the app has woken up. */
const FRAMED: ReadonlySet<string> = new Set([
  'RUNNING',
  'RUNNING_BUILDING',
  'RUNNING_APP_STARTING',
  'SLEEPING',
]);

/** The app of a repository; nothing for one that is no Space. */
export async function openApp(event: PageEvent, repo: Repo): Promise<ShownApp | undefined> {
  return (await openRuntime(event, repo))?.app;
}

async function openRuntime(
  event: PageEvent,
  repo: Repo,
): Promise<{ readonly app: ShownApp; readonly label: string } | undefined> {
  if (repo.type !== 'space') return undefined;
  const { hub, actor, baseUrl } = callOf(event);
  const { stage, error, notices, label } = await show(event, () => hub.spaces.runtime(actor, repo));
  return { app: { stage, error, notices, address: hub.spaceOrigin(label, baseUrl) }, label };
}

/**
 * The app with what the page shows in a frame. That of a stranger waits until it is asked for: what it shows could look like
 * a part of the hub, and to show it is to wake it up.
 */
export async function openFramedApp(event: PageEvent, repo: Repo): Promise<ShownApp | undefined> {
  const opened = await openRuntime(event, repo);
  if (opened === undefined || !FRAMED.has(opened.app.stage)) return opened?.app;
  const call = callOf(event);
  const { hub, visit, baseUrl } = call;
  const { app, label } = opened;
  const frame = hub.spaceFrame({ repo, label, visit, baseUrl });
  if (frame === undefined) return app;
  // A link of somebody else's is not the visitor who asks.
  const isAskedFor = event.url.searchParams.has('app') && call.ledHere;
  if (!isOwn(visit, repo) && !isAskedFor) return { ...app, onDemand: true };
  call.allow({ frame: app.address });
  return { ...app, frame };
}

/** Whether a Space is the visitor's, or of an organisation of theirs. */
function isOwn(visit: Visit | undefined, { namespaceId }: Repo): boolean {
  return (
    visit !== undefined && (visit.actor.userId === namespaceId || visit.actor.memberships.has(namespaceId))
  );
}
