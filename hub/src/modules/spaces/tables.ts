// Rows of the `spaces` schema.
import { type ColumnType, type Generated } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Egress } from './decisions.ts';

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
  'spaces.decision': {
    repo_id: Id;
    paused: boolean;
    hardware: string | null;
    sleep_seconds: number | null;
    egress: ColumnType<Egress | null, string | null, string | null>;
  };
  'spaces.run': {
    repo_id: Id;
    program: boolean;
    generation: Generated<number>;
    factory: Generated<number>;
    taken_back: Generated<number>;
    /** As digits: there are more than a number holds. */
    changed_in: Generated<string>;
    holder: string | null;
    told_generation: number | null;
    stage: string | null;
    message: string | null;
    run_id: Id | null;
    run_commit: string | null;
    run_started_at: Date | null;
  };
  'spaces.secrets': { repo_id: Id; names: string[]; unsettled: boolean; asked_at: Generated<Date | null> };
  'spaces.runner': { hub: string; lease_until: Date };
  'spaces.passed': { repo_id: Id; run_id: Id; hour: Date; sent: number; received: number | null };
  'spaces.started_run': { run_id: Id; hub: string; started_at: Generated<Date>; ended_at: Date | null };
}
