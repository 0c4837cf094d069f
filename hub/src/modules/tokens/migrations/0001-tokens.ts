// Access tokens: digests, never texts, each row sealed by a MAC whose key is not in the database.

/** Makes the `tokens` schema. */
export const tokens = {
  name: 'tokens/0001-tokens',
  sql: `
create schema tokens;
create table tokens.token (
  id text primary key check (id ~ '^[0-9a-f]{24}$'),
  user_id text not null references identity.account (id),
  name text not null,
  digest text not null unique check (digest ~ '^[0-9a-f]{64}$'),
  grant_ jsonb not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  mac bytea not null,
  last_used_at timestamptz,
  last_address text,
  last_client text
);
create index token_user on tokens.token (user_id, id);
grant usage on schema tokens to holdfast_hub;
grant select, insert on tokens.token to holdfast_hub;
grant update (revoked_at, last_used_at, last_address, last_client) on tokens.token to holdfast_hub;
-- A revoked token cannot be brought back, not even by the role that revoked it.
create function tokens.stay_revoked() returns trigger language plpgsql as $$
begin
  if old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at then
    raise exception 'a revoked token stays revoked';
  end if;
  return new;
end $$;
create trigger stay_revoked before update of revoked_at on tokens.token
  for each row execute function tokens.stay_revoked();
`,
};
