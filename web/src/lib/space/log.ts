// A log of a Space, as a page shows it.
import { type LogKind, type Repo } from '@holdfast/hub/surfaces/web/pages';
import { callOf, show, type PageEvent } from '../call.ts';
import { repoPath } from '../repo/address.ts';

/** The last lines of a log, and where more of it comes from. */
export interface ShownLog {
  readonly kind: LogKind;
  readonly lines: readonly string[];
  /** Where script follows it. */
  readonly source: string;
  readonly page: string;
}

/** Opens it, for who may write to the Space, and lets the page follow it. */
export async function openLog(
  event: PageEvent,
  repo: Repo,
  { kind, tail }: { readonly kind: LogKind; readonly tail: number },
): Promise<ShownLog> {
  const call = callOf(event);
  const { hub, actor, address } = call;
  const { namespace, name } = repo;
  const lines = await show(event, () => hub.readLog({ actor, address }, { namespace, name, kind, tail }));
  const page = `${repoPath('space', repo)}/logs`;
  const source = `${page}/${kind}`;
  call.allow({ ask: source });
  return { kind, lines: lines.map(({ text }) => text), source, page: `${page}?of=${kind}` };
}

const BUILDS: ReadonlySet<string> = new Set(['BUILDING', 'BUILD_ERROR', 'RUNNING_BUILDING']);
const RUNS: ReadonlySet<string> = new Set(['APP_STARTING', 'RUNTIME_ERROR', 'STOPPED']);

/** Which log tells why a Space is not there yet; `undefined` where none does. */
export function kindFor(stage: string): LogKind | undefined {
  if (BUILDS.has(stage)) return 'build';
  return RUNS.has(stage) ? 'run' : undefined;
}
