// The migrations of this module, without the module: what migrates loads nothing else.
export { xorbs as xetXorbs } from './0001-xorbs.ts';
export { usedXorbs as xetUsedXorbs } from './0002-used.ts';
export { mendedXorbs as xetMendedXorbs } from './0003-mended.ts';
