// The append-only table of entries. The database, not the writer, sets who wrote, when, and what came before.

/** Makes `ledger.entry`, its chains, and the rules that nobody but the owner of the schema could lift. */
export const entries = {
  name: 'ledger/0001-entries',
  sql: `
create schema ledger;

-- Which role may record which kinds: a pattern per group role. A writer records under the group it is a member of.
create table ledger.allowed_kind (role name not null, kind text not null, primary key (role, kind));

create table ledger.entry (
  writer name not null,
  lane smallint not null,
  n bigint not null,
  previous text not null,
  at timestamptz not null,
  xid xid8 not null,
  kind text not null check (kind ~ '^[a-z]+(\\.[a-z-]+)+$' and length(kind) <= 64),
  subject text not null check (length(subject) <= 256),
  subject_n bigint not null,
  subject_previous text not null,
  actor text not null check (length(actor) <= 256),
  credential text not null check (length(credential) <= 256),
  body text not null check (octet_length(body) <= 65536),
  hash text not null,
  primary key (writer, lane, n)
);
create unique index entry_hash on ledger.entry (hash);
create index entry_subject on ledger.entry (subject, subject_n);
create index entry_at on ledger.entry (at);

-- Personal values beside the salt their commitment was made with; erasable, unlike the entry.
create table ledger.personal (
  entry text not null,
  field text not null,
  salt bytea not null,
  value text not null,
  primary key (entry, field)
);

-- Heads of the chains. Lanes let transactions of one writer commit side by side.
create table ledger.lane (
  writer name not null, lane smallint not null, n bigint not null, head text not null,
  primary key (writer, lane)
);
create table ledger.subject_head (subject text primary key, n bigint not null, head text not null);

-- Every path below names pg_temp last: unnamed it would come first, and a temporary type called "text" would run its
-- maker's checks with the rights of whoever owns these functions.
create function ledger.framed(field text) returns bytea language sql immutable strict
  set search_path = pg_catalog, pg_temp
  as $$ select int4send(octet_length(convert_to(field, 'UTF8'))) || convert_to(field, 'UTF8') $$;

create function ledger.instant(at timestamptz) returns text language sql stable strict
  set search_path = pg_catalog, pg_temp
  as $$ select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

create function ledger.hash_entry(e ledger.entry) returns text language sql stable strict
  set search_path = pg_catalog, pg_temp
  as $$ select encode(sha256(
      ledger.framed('holdfast/ledger-entry/v1') || ledger.framed(e.writer::text) || ledger.framed(e.lane::text)
      || ledger.framed(e.n::text) || ledger.framed(e.previous) || ledger.framed(ledger.instant(e.at))
      || ledger.framed(e.kind) || ledger.framed(e.subject) || ledger.framed(e.subject_n::text)
      || ledger.framed(e.subject_previous) || ledger.framed(e.actor) || ledger.framed(e.credential)
      || ledger.framed(e.body)), 'hex') $$;

-- Takes a lane that no other open transaction holds; makes the eight lanes of a writer at its first entry.
create function ledger.take_lane(the_writer name) returns ledger.lane language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
declare taken ledger.lane;
begin
  select * into taken from ledger.lane where writer = the_writer order by lane limit 1 for update skip locked;
  if found then return taken; end if;
  insert into ledger.lane select the_writer, i, 0, repeat('0', 64) from generate_series(0, 7) i on conflict do nothing;
  select * into taken from ledger.lane where writer = the_writer order by lane limit 1 for update skip locked;
  if found then return taken; end if;
  select * into taken from ledger.lane
    where writer = the_writer and lane = pg_backend_pid() % 8 for update;
  return taken;
end $$;

-- A role with INSERT could forge the writer or date an entry back; what it sends for those columns is overwritten.
create function ledger.chain() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare held ledger.lane; subject_chain ledger.subject_head;
begin
  if not exists (select 1 from ledger.allowed_kind a
                  where new.kind like a.kind and pg_has_role(session_user, a.role, 'member')) then
    raise exception 'role % may not record entries of kind %', session_user, new.kind;
  end if;
  held := ledger.take_lane(session_user);
  new.writer := session_user;
  new.lane := held.lane;
  new.n := held.n + 1;
  new.previous := held.head;
  new.at := clock_timestamp();
  new.xid := pg_current_xact_id();
  new.subject_n := 0;
  new.subject_previous := repeat('0', 64);
  if new.subject ~ '^(token|secret):' then
    insert into ledger.subject_head values (new.subject, 0, repeat('0', 64)) on conflict do nothing;
    select * into subject_chain from ledger.subject_head where subject = new.subject for update;
    new.subject_n := subject_chain.n + 1;
    new.subject_previous := subject_chain.head;
  end if;
  new.hash := ledger.hash_entry(new);
  update ledger.lane set n = new.n, head = new.hash where writer = held.writer and lane = held.lane;
  if new.subject_n > 0 then
    update ledger.subject_head set n = new.subject_n, head = new.hash where subject = new.subject;
  end if;
  return new;
end $$;
create trigger chain before insert on ledger.entry for each row execute function ledger.chain();

-- Row triggers do not see TRUNCATE, so these are statement triggers; they hold for the owner too.
create function ledger.refuse() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$ begin raise exception 'the ledger is append-only: % is refused', tg_op; end $$;
create trigger append_only before update or delete or truncate on ledger.entry
  for each statement execute function ledger.refuse();
create trigger keep_subject_heads before delete or truncate on ledger.subject_head
  for each statement execute function ledger.refuse();
create trigger keep_lanes before delete or truncate on ledger.lane
  for each statement execute function ledger.refuse();

insert into ledger.allowed_kind
  select 'holdfast_hub', unnest(array['account.%', 'org.%', 'token.%', 'repo.%', 'commit.%', 'ref.%', 'read.%',
    'refusal.%', 'instance.%', 'upload.%']);

revoke all on all functions in schema ledger from public;
grant usage on schema ledger to holdfast_hub;
grant select, insert on ledger.personal to holdfast_hub;
grant select, insert (kind, subject, actor, credential, body) on ledger.entry to holdfast_hub;
`,
};
