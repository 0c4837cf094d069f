// A hub with a model, and a Space whose runs a test starts and ends as their runner would: what is asked for in one, and used elsewhere.
import assert from 'node:assert/strict';
import { newId, type Id } from '@holdfast/kernel/id';
import { openProgramHub, type ProgramHub } from './program-hub.ts';
import { fillModel, type Model } from './run-credentials.ts';

/** What `useAll` answers where all that was given out is good. */
export const GOOD: readonly number[] = [200, 200, 200, 206];
/** What it answers where none of it is. */
export const REFUSED: readonly number[] = [403, 403, 401, 403];

/** The hub, its model, and its Space. */
export interface StartableRuns {
  readonly opened: ProgramHub;
  readonly model: Model;
  readonly space: Id;
  /** Starts a run; gives its proof. */
  readonly start: () => Promise<{ readonly run: Id; readonly proof: string }>;
  readonly end: (run: Id) => void;
}

/** Opens them, within a stack. */
export async function openStartableRuns(stack: AsyncDisposableStack): Promise<StartableRuns> {
  const opened = stack.use(await openProgramHub());
  const { hub, runner, token } = opened;
  await hub.addRepo('ann/model');
  const model = await fillModel(hub, { token, repo: 'ann/model' });
  const { space, commit } = await opened.begin();
  const start: StartableRuns['start'] = async () => {
    const run = newId(new Date());
    const from = runner.heard.length;
    runner.say({ type: 'ticket-wanted', space, run, commit });
    const { proof } = await runner.sent('ticket', from);
    assert.ok(proof !== null);
    return { run, proof };
  };
  const end = (run: Id): void => runner.say({ type: 'ended', space, run, why: 'over' });
  return { opened, model, space: space as Id, start, end };
}
