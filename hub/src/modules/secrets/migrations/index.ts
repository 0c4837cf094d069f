// The migrations of this module, without the module: what migrates loads nothing else.
export { told as secretsTold } from './0001-told.ts';
