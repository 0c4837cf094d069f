// The migrations of this module, without the module: what migrates loads nothing else.
export { sessions as sessionSessions } from './0001-sessions.ts';
export { secondFactor as sessionSecondFactor } from './0002-second-factor.ts';
export { passkeys as sessionPasskeys } from './0003-passkeys.ts';
export { keptSessions as sessionKept } from './0004-kept.ts';
export { places as sessionPlaces } from './0005-places.ts';
export { vaultSeeds as sessionSeeds } from './0006-seeds.ts';
export { listed as sessionListed } from './0007-listed.ts';
export { usedCodes as sessionUsedCodes } from './0008-used-codes.ts';
export { values as sessionValues } from './0009-values.ts';
