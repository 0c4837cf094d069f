// Opens the parts of `upkeep` over what they share.
import { type Clock } from '@holdfast/kernel/clock';
import { type ObjectStore } from '@holdfast/platform/objects/store';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Blobs, type RepoStorage } from '#modules/blobs';
import { Unused } from '#modules/xet';
import { GRACES } from './graces.ts';
import { HistorySweep } from './history-sweep.ts';
import { Sweep } from './sweep.ts';

/** What `upkeep` needs. */
export interface UpkeepDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly store: ObjectStore;
  readonly blobs: Blobs;
  readonly storage: RepoStorage;
}

/** What keeps the store in order. */
export interface Upkeep {
  readonly sweep: Sweep;
}

/** Opens it. */
export function openUpkeep(deps: UpkeepDeps): Upkeep {
  const shared = { ...deps, graces: GRACES };
  const histories = new HistorySweep(shared);
  return { sweep: new Sweep({ ...shared, unused: new Unused(shared), histories }) };
}
