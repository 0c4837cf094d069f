// The migrations of this module, without the module: what migrates loads nothing else.
export { entries as ledgerEntries } from './0001-entries.ts';
export { lanes as ledgerLanes } from './0002-lanes.ts';
export { lookUps as ledgerLookUps } from './0003-look-ups.ts';
export { erasure as ledgerErasure } from './0004-erasure.ts';
export { oneStatement as ledgerOneStatement } from './0005-one-statement.ts';
export { watched as ledgerWatched } from './0006-watched.ts';
export { lanesKinds as ledgerLanesKinds } from './0007-lanes-kinds.ts';
export { possession as ledgerPossession } from './0008-possession.ts';
export { contactsOfSpace as ledgerContactsOfSpace } from './0009-contacts-of-space.ts';
export { ofSpaces as ledgerOfSpaces } from './0010-of-spaces.ts';
export { headsKept as ledgerHeadsKept } from './0011-heads-kept.ts';
export { objects as ledgerObjects } from './0012-objects.ts';
export { afterAndSaid as ledgerAfterAndSaid } from './0013-after-and-said.ts';
export { commitments as ledgerCommitments } from './0014-commitments.ts';
export { holders as ledgerHolders } from './0015-holders.ts';
