// The face of `removals`.
export { openRemovals, Removals, type RemovalsPlace } from './removals.ts';
export { type TakenRemoval } from './model.ts';
