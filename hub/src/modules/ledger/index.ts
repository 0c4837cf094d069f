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
  reachSubject,
  type ContactEntry,
  type LogReads,
  type PossessionEntry,
} from './possession-store.ts';
export { TallyReader, type CountedSince, type SpaceKind } from './tally-store.ts';
export { Erasure } from './erasure.ts';
export { LedgerReader } from './store.ts';
export { commitment, readBody, verifyLane, type ChainFlaw, type Entry } from './model.ts';
