// The face of `upkeep`.
export { GRACES, type Graces } from './graces.ts';
export { HistorySweep, type SweptHistory } from './history-sweep.ts';
export { openUpkeep, type Upkeep } from './open-upkeep.ts';
export { Sweep, SWEEP_TASK, type Swept } from './sweep.ts';
export { upkeepEntries } from './migrations/0001-entries.ts';
