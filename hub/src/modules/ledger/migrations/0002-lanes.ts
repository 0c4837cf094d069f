// Four times as many lanes, so that more transactions share one write to the disk, and digests without a change of
// settings for each of their fields.

/** Makes 32 lanes for each writer, and `ledger.hash_entry` a plain expression. What it computes stays the same. */
export const lanes = {
  name: 'ledger/0002-lanes',
  sql: `
create or replace function ledger.take_lane(the_writer name) returns ledger.lane language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
declare taken ledger.lane;
begin
  select * into taken from ledger.lane where writer = the_writer order by lane limit 1 for update skip locked;
  if found then return taken; end if;
  -- None at all, or none free: a writer from before has eight.
  if (select count(*) from ledger.lane where writer = the_writer) < 32 then
    insert into ledger.lane select the_writer, i, 0, repeat('0', 64) from generate_series(0, 31) i on conflict do nothing;
    select * into taken from ledger.lane where writer = the_writer order by lane limit 1 for update skip locked;
    if found then return taken; end if;
  end if;
  select * into taken from ledger.lane
    where writer = the_writer and lane = pg_backend_pid() % 32 for update;
  return taken;
end $$;

-- A function with a search path of its own is called, and not made part of the expression it stands in; there were
-- fifteen calls for an entry. These name everything in full instead.
create or replace function ledger.framed(field pg_catalog.text) returns pg_catalog.bytea language sql immutable
  as $$ select pg_catalog.int4send(pg_catalog.octet_length(pg_catalog.convert_to(field, 'UTF8')))
    operator(pg_catalog.||) pg_catalog.convert_to(field, 'UTF8') $$;

create or replace function ledger.instant(at pg_catalog.timestamptz) returns pg_catalog.text language sql stable
  as $$ select pg_catalog.to_char(pg_catalog.timezone('UTC', at), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

create or replace function ledger.hash_entry(e ledger.entry) returns pg_catalog.text language sql stable
  as $$ select pg_catalog.encode(pg_catalog.sha256(
      ledger.framed('holdfast/ledger-entry/v1')
      operator(pg_catalog.||) ledger.framed(e.writer::pg_catalog.text)
      operator(pg_catalog.||) ledger.framed(e.lane::pg_catalog.text)
      operator(pg_catalog.||) ledger.framed(e.n::pg_catalog.text)
      operator(pg_catalog.||) ledger.framed(e.previous)
      operator(pg_catalog.||) ledger.framed(ledger.instant(e.at))
      operator(pg_catalog.||) ledger.framed(e.kind)
      operator(pg_catalog.||) ledger.framed(e.subject)
      operator(pg_catalog.||) ledger.framed(e.subject_n::pg_catalog.text)
      operator(pg_catalog.||) ledger.framed(e.subject_previous)
      operator(pg_catalog.||) ledger.framed(e.actor)
      operator(pg_catalog.||) ledger.framed(e.credential)
      operator(pg_catalog.||) ledger.framed(e.body)), 'hex') $$;
`,
};
