// The face of the ledger.
export { record, recordCopied } from './ledger.ts';
export { Reads, type PrivateRead } from './reads.ts';
export { Refusals, type Refusal } from './refusals.ts';
export { LedgerLag } from './lag.ts';
export { watchLag } from './lag-watch.ts';
export { EntrySearch, type EntryFilter, type FollowedEntry, type FoundEntry } from './search-store.ts';
export { Explorer, type NotaryStanding, type ProvedEntry } from './explorer.ts';
export { OrgLedger, type OrgEntryFilter } from './org-ledger.ts';
export { OrgScopeReader } from './org-scope-store.ts';
export { Tally, type TallyHour } from './tally.ts';
export {
  PossessionReader,
  type ContactEntry,
  type ContactRow,
  type LogReads,
  type PossessionEntry,
} from './possession-store.ts';
export { TallyReader, type CountedSince, type SpaceKind } from './tally-store.ts';
export { Erasure } from './erasure.ts';
export { LedgerReader } from './store.ts';
export { commitment, verifyLane, type ChainFlaw, type Entry } from './model.ts';
export { entries as ledgerEntries } from './migrations/0001-entries.ts';
export { possession as ledgerPossession } from './migrations/0008-possession.ts';
export { contactsOfSpace as ledgerContactsOfSpace } from './migrations/0009-contacts-of-space.ts';
export { ofSpaces as ledgerOfSpaces } from './migrations/0010-of-spaces.ts';
export { lanes as ledgerLanes } from './migrations/0002-lanes.ts';
export { lookUps as ledgerLookUps } from './migrations/0003-look-ups.ts';
export { erasure as ledgerErasure } from './migrations/0004-erasure.ts';
export { lanesKinds as ledgerLanesKinds } from './migrations/0007-lanes-kinds.ts';
export { watched as ledgerWatched } from './migrations/0006-watched.ts';
export { oneStatement as ledgerOneStatement } from './migrations/0005-one-statement.ts';
