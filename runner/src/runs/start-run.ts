// Starts a run of a Space on what was built for it, and lets go of what it holds once it has ended.
import { newId } from '@holdfast/kernel/id';
import { type Clock } from '@holdfast/kernel/clock';
import { type FromRunner, type Want } from '../frames.ts';
import { type Contacts } from './contacts.ts';
import { LogLines } from './log-lines.ts';
import { Run, type RunGround, type RunPlan } from './run.ts';
import { type Slots } from './slots.ts';
import { type SpaceLog } from './space-log.ts';

/** What an app is run on, held until it is let go; or why there is nothing. */
export type BuildOutcome =
  | ({ readonly kind: 'built'; readonly hold: Disposable } & Pick<RunPlan, 'root' | 'mounts'>)
  | { readonly kind: 'failed'; readonly stage: 'BUILD_ERROR' | 'CONFIG_ERROR'; readonly message: string };

/** What bringing Spaces up needs. */
export interface SpaceDeps {
  readonly ground: RunGround;
  readonly build: (want: Want, lines: LogLines, signal: AbortSignal) => Promise<BuildOutcome>;
  /** Numbers for the users of sandboxes; `null` where the runner is one user alone. */
  readonly users: { readonly first: number; readonly slots: Slots } | null;
  readonly tell: (frame: FromRunner) => void;
  readonly contacts: Pick<Contacts, 'hear' | 'end'>;
  readonly clock: Clock;
  /** How long a run is kept at most for those who use it, once another one follows it. Milliseconds. */
  readonly farewellMs: number;
}

/** Starts it. Throws what `Run.start` throws; nothing is held then. */
export async function startRun(
  want: Want,
  built: Extract<BuildOutcome, { kind: 'built' }>,
  { deps, log }: { readonly deps: SpaceDeps; readonly log: SpaceLog },
): Promise<Run> {
  const { ground, users, clock, tell, contacts } = deps;
  const { space } = want;
  const lines = new LogLines(log.begin('run'));
  const id = newId(clock.now());
  const held = new DisposableStack();
  held.use(built.hold);
  held.use(lines);
  let isAsked = false;
  const letGo = (): void => held.dispose();
  try {
    const slot = users === null ? undefined : held.use(users.slots.take());
    const run = await Run.start(ground, {
      ...{ id, want, lines, log: ground.log, root: built.root, mounts: built.mounts },
      user: users === null || slot === undefined ? null : users.first + slot.number,
      asking: () => (isAsked = true),
      refused: (what) => tell({ type: 'refused', space, run: id, ...what }),
      contacted: (told) => contacts.hear({ space, run: id }, told),
    });
    const gone = (why: string): void => {
      letGo();
      contacts.end(id);
      tell({ type: 'ended', space, run: id, why: why.slice(0, 300) });
    };
    run.ended.then(
      ({ why }) => gone(why),
      () => gone('it ended in a way that nobody saw'),
    );
    return run;
  } catch (error) {
    letGo();
    // Its ticket says that it started; of one that asked for none nobody knows.
    if (isAsked) tell({ type: 'ended', space, run: id, why: 'it could not be started' });
    throw error;
  }
}
