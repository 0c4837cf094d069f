// What organisations ask of tokens, and the end of accounts.

/** Adds the policies of organisations and when an account was deleted. */
export const organizations = {
  name: 'identity/0005-organizations',
  sql: `
alter table identity.account
  add column refuses_classic boolean not null default false,
  add column approves_tokens boolean not null default false,
  add column most_token_days integer check (most_token_days between 1 and 3650),
  add column private_by_default boolean not null default false,
  add column deleted_at timestamptz;
-- Who was deleted stays so: the name is a tombstone, and nobody is it again.
create function identity.stay_deleted() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if old.deleted_at is not null and (new.deleted_at is distinct from old.deleted_at or new.disabled_at is null) then
    raise exception 'an account that was deleted stays so';
  end if;
  return new;
end $$;
create trigger stay_deleted before update of deleted_at, disabled_at on identity.account
  for each row execute function identity.stay_deleted();
create function identity.stay_tombstone() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if new.account_id <> old.account_id or new.key <> old.key or (old.state = 'tombstone' and new.state <> 'tombstone') then
    raise exception 'a name stays with its account, and a tombstone stays one';
  end if;
  return new;
end $$;
create trigger stay_tombstone before update on identity.name
  for each row execute function identity.stay_tombstone();
`,
};
