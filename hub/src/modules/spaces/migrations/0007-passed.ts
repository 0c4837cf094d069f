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
grant select, insert, update, delete on spaces.passed to holdfast_hub;

-- The hosts of an entry that was written as we do, and null of any other. A hub in other hands may have recorded what is no text of JSON, or
-- no number: nobody can delete that, and one such entry would keep this step from ever being done.
create function spaces.hosts_told(body text) returns jsonb language plpgsql immutable
  set search_path = pg_catalog, pg_temp
  as $$
declare hosts jsonb;
begin
  hosts := body::jsonb -> 'hosts';
  if (select bool_and(coalesce(
        jsonb_typeof(h -> 'host') = 'string' and jsonb_typeof(h -> 'port') = 'number'
        and jsonb_typeof(h -> 'sentBytes') = 'number' and (h ->> 'sentBytes')::float8 between 0 and 9007199254740991
        and (h -> 'receivedBytes' is null
          or jsonb_typeof(h -> 'receivedBytes') = 'number' and (h ->> 'receivedBytes')::float8 between 0 and 9007199254740991),
        false)) from jsonb_array_elements(hosts) as h) then
    return hosts;
  end if;
  return null;
exception when others then
  return null;
end $$;

insert into spaces.passed (repo_id, run_id, hour, sent, received)
  with said as (
    select substring(e.subject from '^repo:([0-9a-f]{24})$') as repo_id, substring(e.actor from '^run:([0-9a-f]{24})$') as run_id,
           e.at, e.hash, h ->> 'host' as host, h ->> 'port' as port, (h ->> 'sentBytes')::float8 as sent,
           (h ->> 'receivedBytes')::float8 as received
      from ledger.entry e cross join lateral jsonb_array_elements(spaces.hosts_told(e.body)) as h
     where e.kind = 'space.contacted'
       -- Runs that told something lately: pages show two days, and hours of before are cut.
       and e.actor in (select actor from ledger.entry where kind = 'space.contacted' and at > now() - interval '9 days')),
  -- What grew is what is above all that was told before: an entry that says less takes nothing back.
  told as (
    select repo_id, run_id, at, sent, received, max(sent) over earlier as sent_before, max(received) over earlier as received_before,
           row_number() over w = 1 or lag(received) over w is not null as was_known
      from said where repo_id is not null and run_id is not null
    window w as (partition by repo_id, run_id, host, port order by at, hash), earlier as (w rows between unbounded preceding and 1 preceding)),
  grown as (
    select repo_id, run_id, date_trunc('hour', at, 'UTC') as hour, sum(greatest(sent - coalesce(sent_before, 0), 0)) as sent,
           sum(greatest(received - coalesce(received_before, 0), 0)) as received,
           bool_and(received is not null and was_known) as is_known
      from told group by 1, 2, 3)
  select repo_id, run_id, hour, sum(sent) over w,
         case when is_known then coalesce(sum(received) over w, 0) end
    from grown
  window w as (partition by repo_id, run_id order by hour);
drop function spaces.hosts_told(text);
`,
};
