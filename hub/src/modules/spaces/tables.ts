// Rows of the `spaces` schema.
import { type Id } from '@holdfast/kernel/id';

/** The tables that the store of `spaces` sees. */
export interface SpaceTables {
  'spaces.label': { label: string; repo_id: Id; current: boolean };
  'spaces.variable': {
    repo_id: Id;
    name: string;
    value: string;
    description: string | null;
    updated_at: Date;
  };
  'spaces.decision': { repo_id: Id; paused: boolean };
}
