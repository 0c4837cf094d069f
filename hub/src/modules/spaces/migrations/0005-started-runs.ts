// Which runs with secrets were started, so that what was given out for one is good while it lives and not after.

/**
 * Adds one row for each run that got a start ticket. One that ended stays for a day, longer than anything lives that was given out
 * for it, so that no run is started twice.
 */
export const startedRuns = {
  name: 'spaces/0005-started-runs',
  sql: `
create table spaces.started_run (
  run_id text primary key,
  -- The hub whose runner has it.
  hub text not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz
);
create index started_run_live on spaces.started_run (hub) where ended_at is null;
create index started_run_over on spaces.started_run (ended_at) where ended_at is not null;
grant select, insert, update, delete on spaces.started_run to holdfast_hub;
`,
};
