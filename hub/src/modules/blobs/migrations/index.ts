// The migrations of this module, without the module: what migrates loads nothing else.
export { objects as blobObjects } from './0001-objects.ts';
export { xetObjects as blobXetObjects } from './0002-xet.ts';
export { namedObjects as blobNamedObjects } from './0003-named.ts';
