// The face of `upkeep`.
export { Backups } from './backups.ts';
export { damagedObjects, damagedPacks } from './damaged-packs.ts';
export { Fsck, type FsckEvent, type Problem } from './fsck.ts';
export { GRACES, type Graces } from './graces.ts';
export { HistorySweep, type SweptHistory } from './history-sweep.ts';
export { openUpkeep, type Upkeep } from './open-upkeep.ts';
export { Sweep, type Swept } from './sweep.ts';
export { Quotas, type Usage } from './quotas.ts';
export { UPKEEP_SCHEDULE, upkeepJobs } from './jobs.ts';
export { Scrub, type OwnedDamage } from './scrub.ts';
export { Sizes } from './sizes.ts';
