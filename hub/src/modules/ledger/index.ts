// The face of the ledger.
export { record, recordCopied } from './ledger.ts';
export { Reads, type PrivateRead } from './reads.ts';
export { Refusals, type Refusal } from './refusals.ts';
export { LedgerReader } from './store.ts';
export {
  commitment,
  hashEntry,
  verifyLane,
  type ChainFlaw,
  type Entry,
  type RecordedEntry,
} from './model.ts';
export { entries as ledgerEntries } from './migrations/0001-entries.ts';
