// Rows of the `upkeep` schema.
import { type Id } from '@holdfast/kernel/id';

/** The tables that the stores of `upkeep` see. */
export type UpkeepTables = {
  'upkeep.quota': { namespace_id: Id; bytes: number | null };
};
