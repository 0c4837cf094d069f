// Rows of the `upkeep` schema.
import { type Id } from '@holdfast/kernel/id';
import { type DamagedKind, type Flaw, type ScrubPhase } from './model.ts';

/** The tables that the stores of `upkeep` see. */
export type UpkeepTables = {
  'upkeep.quota': { namespace_id: Id; bytes: number | null };
  'upkeep.scrub': {
    single: true;
    phase: ScrubPhase;
    passed: string;
    begun_at: Date;
    ended_at: Date | null;
  };
  'upkeep.damage': { kind: DamagedKind; name: string; flaw: Flaw; found_at: Date };
};
