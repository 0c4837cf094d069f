// Invitations to the instance and to organisations.

/** Makes the table of invitations. */
export const invitations = {
  name: 'identity/0004-invitations',
  sql: `
create table identity.invitation (
  id text primary key check (id ~ '^[0-9a-f]{24}$'),
  digest text not null unique check (digest ~ '^[0-9a-f]{64}$'),
  email text not null,
  org_id text references identity.account (id),
  role text check (role in ('read', 'contributor', 'write', 'admin')),
  inviter_id text references identity.account (id),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz,
  check ((org_id is null) = (role is null))
);
create index invitation_open on identity.invitation (inviter_id, id) where used_at is null and revoked_at is null;
grant select, insert on identity.invitation to holdfast_hub;
grant update (used_at, revoked_at) on identity.invitation to holdfast_hub;
create function identity.stay_used() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if old.used_at is not null or old.revoked_at is not null then
    raise exception 'an invitation that was used or revoked stays so';
  end if;
  return new;
end $$;
create trigger stay_used before update on identity.invitation
  for each row execute function identity.stay_used();
`,
};
