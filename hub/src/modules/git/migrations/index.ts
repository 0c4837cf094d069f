// The migrations of this module, without the module: what migrates loads nothing else.
export { objects as gitObjects } from './0001-objects.ts';
export { droppedCommits as gitDropped } from './0002-dropped.ts';
