// Second factors: sealed seeds, and codes for when the device is lost.

/** Makes the tables of second factors. */
export const secondFactor = {
  name: 'sessions/0002-second-factor',
  sql: `
create table sessions.second_factor (
  user_id text primary key references identity.account (id),
  -- Sealed by a key that is not in the database.
  seed bytea not null,
  -- The counter of the last code that was taken; it only grows, so that no code is taken twice.
  last_step bigint not null,
  confirmed_at timestamptz
);
create table sessions.recovery_code (
  user_id text not null references identity.account (id),
  digest text not null,
  used_at timestamptz,
  primary key (user_id, digest)
);
grant select, insert, update, delete on sessions.second_factor to holdfast_hub;
grant select, insert, delete on sessions.recovery_code to holdfast_hub;
grant update (used_at) on sessions.recovery_code to holdfast_hub;
create function sessions.only_forward() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if new.seed = old.seed and new.last_step < old.last_step then
    raise exception 'a code that was taken stays taken';
  end if;
  return new;
end $$;
create trigger only_forward before update on sessions.second_factor
  for each row execute function sessions.only_forward();
`,
};
