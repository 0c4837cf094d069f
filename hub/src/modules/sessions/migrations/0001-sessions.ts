// Who is signed in with which browser, and what was tried in vain.

/** Makes the `sessions` schema. */
export const sessions = {
  name: 'sessions/0001-sessions',
  sql: `
create schema sessions;
create table sessions.session (
  id text primary key check (id ~ '^[0-9a-f]{24}$'),
  user_id text not null references identity.account (id),
  digest text not null unique check (digest ~ '^[0-9a-f]{64}$'),
  proofs text[] not null,
  began_at timestamptz not null,
  proved_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  address text not null,
  client text not null,
  seen_at timestamptz not null,
  mac bytea not null
);
create index session_of_user on sessions.session (user_id, id) where ended_at is null;
create index session_expiry on sessions.session (expires_at);
-- Tries within a window, by a keyed digest of what is counted: no name and no address is kept.
create table sessions.try (key text primary key, since timestamptz not null, count integer not null);
create index try_since on sessions.try (since);
grant usage on schema sessions to holdfast_hub;
grant select, insert, delete on sessions.session to holdfast_hub;
grant update (ended_at, seen_at) on sessions.session to holdfast_hub;
grant select, insert, update, delete on sessions.try to holdfast_hub;
-- A session that ended cannot be brought back, not even by the role that ended it.
create function sessions.stay_ended() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if old.ended_at is not null and new.ended_at is distinct from old.ended_at then
    raise exception 'a session that ended stays ended';
  end if;
  return new;
end $$;
create trigger stay_ended before update of ended_at on sessions.session
  for each row execute function sessions.stay_ended();
insert into ledger.allowed_kind values ('holdfast_hub', 'session.%');
`,
};
