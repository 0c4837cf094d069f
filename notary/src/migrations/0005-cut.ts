// The cut: how many of the oldest entries are not kept any more, and where lanes and chains stood there, so that what
// remains can be shown to go on from what was cut.

/** Makes the tables, and lets the notary delete what is below the cut and older than 30 days; nothing else, and nobody else. */
export const notaryCut = {
  name: 'notary/0005-cut',
  sql: `
create table notary.cut (
  single boolean primary key default true check (single),
  size bigint not null, lanes bytea not null, note text not null
);
create table notary.cut_lane (like notary.lane including all);
create table notary.cut_head (like notary.head including all);
create table notary.cut_bucket (like notary.bucket including all);
create table notary.cut_middle (like notary.middle including all);

-- Whoever takes the notary over could say that all is cut. What is younger than this stays whatever it says.
create function notary.refuse_uncut_entry() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if old.at < clock_timestamp() - interval '30 days' and exists (
    select from notary.cut c join notary.leaf l on l.index < c.size join notary.writer w on w.id = l.writer
     where w.name = old.writer and l.lane = old.lane and l.n = old.n) then return old; end if;
  raise exception 'the ledger is append-only: an entry that is not below the cut is not deleted';
end $$;
drop trigger append_only on ledger.entry;
create trigger append_only before update or truncate on ledger.entry
  for each statement execute function ledger.refuse();
create trigger keep_uncut before delete on ledger.entry
  for each row execute function notary.refuse_uncut_entry();

create function notary.refuse_uncut_leaf() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if exists (select from notary.cut where size > old.index) then return old; end if;
  raise exception 'the ledger is append-only: a leaf that is not below the cut is not deleted';
end $$;
create function notary.refuse_uncut_checkpoint() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if exists (select from notary.cut where size > old.size) then return old; end if;
  raise exception 'the ledger is append-only: a checkpoint that is not below the cut is not deleted';
end $$;
create trigger keep_uncut before delete on notary.leaf for each row execute function notary.refuse_uncut_leaf();
create trigger keep_uncut before delete on notary.checkpoint
  for each row execute function notary.refuse_uncut_checkpoint();

-- Personal values go with their entry.
create function ledger.forget_personal() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$ begin delete from ledger.personal where entry in (select hash from gone); return null; end $$;
create trigger forget_personal after delete on ledger.entry
  referencing old table as gone for each statement execute function ledger.forget_personal();
revoke all on function ledger.forget_personal() from public;

grant select, insert, update on notary.cut, notary.cut_lane, notary.cut_head, notary.cut_bucket, notary.cut_middle
  to holdfast_notary;
grant select on notary.cut, notary.cut_lane, notary.cut_head, notary.cut_bucket, notary.cut_middle to holdfast_hub;
grant delete on ledger.entry, notary.leaf, notary.checkpoint to holdfast_notary;
`,
};
