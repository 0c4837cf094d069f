// The end of a run that another one follows.
import { type Change } from './change.ts';
import { type Run } from './run.ts';

/** How long it is kept for the requests it has, in milliseconds. */
const DRAIN = 30_000;
/** How often is looked whether it has any. */
const LOOK = 1_000;

/** Lets it answer what it was asked, and ends it: sooner when that happens. */
export async function drain(run: Run, hurry: Change): Promise<void> {
  const until = Date.now() + DRAIN;
  // A hub that does not know of the new one yet still sends its next requests here.
  let isHurried = await hurry.within(LOOK);
  while (!isHurried && run.usage().open > 0 && Date.now() < until) isHurried = await hurry.within(LOOK);
  await run.stop('another one follows it');
}
