// What the doors of Spaces let out and what came back, by the hour: added up when it is recorded. Read back from the entries, ten thousand of
// which say a million things, it took longer than a question may.

/** Adds one row for each hour in which a run told of something, and makes them of what is on record. */
export const passed = {
  name: 'spaces/0007-passed',
  sql: `
create table spaces.passed (
  repo_id text not null,
  run_id text not null,
  hour timestamptz not null,
  -- Since the run started, by the last that was recorded within the hour.
  sent double precision not null,
  -- Null: its door was started before this was counted.
  received double precision,
  primary key (repo_id, run_id, hour)
);
create index passed_hour on spaces.passed (repo_id, hour);
grant select, insert, update on spaces.passed to holdfast_hub;

insert into spaces.passed (repo_id, run_id, hour, sent, received)
  with told as (
    select e.subject, e.actor, e.at, h ->> 'host' as host, h ->> 'port' as port,
           (h ->> 'sentBytes')::float8 as sent, (h ->> 'receivedBytes')::float8 as received,
           row_number() over w as number, lag((h ->> 'sentBytes')::float8) over w as sent_before,
           lag((h ->> 'receivedBytes')::float8) over w as received_before
      from ledger.entry e cross join lateral jsonb_array_elements(e.body::jsonb -> 'hosts') as h
     where e.kind = 'space.contacted'
    window w as (partition by e.subject, e.actor, h ->> 'host', h ->> 'port' order by e.at, e.hash)),
  grown as (
    select substring(subject from '^repo:(.*)$') as repo_id, substring(actor from '^run:(.*)$') as run_id,
           date_trunc('hour', at, 'UTC') as hour, sum(greatest(sent - coalesce(sent_before, 0), 0)) as sent,
           sum(greatest(received - coalesce(received_before, 0), 0)) as received,
           bool_and(received is not null and (number = 1 or received_before is not null)) as is_known
      from told group by 1, 2, 3)
  select repo_id, run_id, hour, sum(sent) over w,
         case when is_known then coalesce(sum(received) over w, 0) end
    from grown where repo_id is not null and run_id is not null
  window w as (partition by repo_id, run_id order by hour);
`,
};
