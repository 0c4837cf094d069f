// The face of `removals`.
export { openRemovals, Removals, type RemovalsPlace } from './removals.ts';
export { rightsChanging } from './faults.ts';
export { AnId, type Removal, type TakenRemoval } from './model.ts';
