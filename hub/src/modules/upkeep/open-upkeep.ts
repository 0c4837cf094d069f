// Opens the parts of `upkeep` over what they share.
import { type Clock } from '@holdfast/kernel/clock';
import { type Log } from '@holdfast/platform/log';
import { type ObjectStore } from '@holdfast/platform/objects/store';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Blobs, type RepoStorage } from '#modules/blobs';
import { Unused, type PackCheck } from '#modules/xet';
import { Fsck } from './fsck.ts';
import { GRACES } from './graces.ts';
import { HistorySweep } from './history-sweep.ts';
import { Scrub } from './scrub.ts';
import { StoredCheck } from './stored-check.ts';
import { Sweep } from './sweep.ts';

/** What `upkeep` needs. */
export interface UpkeepDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly store: ObjectStore;
  readonly blobs: Blobs;
  readonly storage: RepoStorage;
  readonly packCheck: PackCheck;
  readonly log: Log;
  /** Bytes a second that are read again to find damage. */
  readonly scrubRate: number;
}

/** What keeps the store in order. */
export interface Upkeep {
  readonly sweep: Sweep;
  readonly scrub: Scrub;
  readonly fsck: Fsck;
}

/** Opens it. */
export function openUpkeep(deps: UpkeepDeps): Upkeep {
  const shared = { ...deps, graces: GRACES };
  const histories = new HistorySweep(shared);
  const scrub = new Scrub({ ...deps, check: new StoredCheck(deps), rate: deps.scrubRate });
  return {
    scrub,
    fsck: new Fsck({ ...deps, scrub }),
    sweep: new Sweep({ ...shared, unused: new Unused(shared), histories }),
  };
}
