// Does in the database what was taken while it was away: before the hub serves, and whenever the database is back.
import { type TakenRemoval } from '#modules/removals';
import { type Modules } from './modules.ts';

/** Who does what. */
type Doing = Pick<Modules, 'tokens' | 'foundTokens' | 'signOut' | 'takenRights' | 'orgTokens' | 'spaces'>;

/** Does all that waits, and begins to do what will be taken. Rejects where the database is away. */
export async function settleRemovals(modules: Pick<Modules, 'removals'> & Doing): Promise<void> {
  const work = async (taken: TakenRemoval): Promise<void> => await settleOne(modules, taken);
  await modules.removals.settle(work);
  modules.removals.start(work);
}

async function settleOne(
  { tokens, foundTokens, signOut, takenRights, orgTokens, spaces }: Doing,
  { removal, at }: TakenRemoval,
): Promise<void> {
  switch (removal.kind) {
    case 'token':
      return await tokens.revokeTaken(removal.operator, removal.id, at);
    case 'found':
      return await foundTokens.revokeTaken(removal.digests, { address: removal.address, takenAt: at });
    case 'sign-out':
      return await signOut.endTaken(removal.digest, at);
    case 'user':
    case 'member':
      return await takenRights.doTaken(removal, at);
    case 'space':
      return await spaces.pauseTaken(removal, at);
    case 'reach':
      return await orgTokens.endTaken(removal.operator, removal, at);
  }
}
