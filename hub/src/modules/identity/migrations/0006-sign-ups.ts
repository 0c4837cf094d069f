// Sign-ups: invitations that people ask for themselves, where the hub is open to everybody.

/** Adds who asked, as a keyed digest of the address, and in which language they are written to. */
export const signUps = {
  name: 'identity/0006-sign-ups',
  sql: `
alter table identity.invitation
  add column asked_by text check (asked_by ~ '^[0-9a-f]{64}$'),
  add column language text not null default 'en' check (language in ('en', 'pt')),
  add check (asked_by is null or (org_id is null and inviter_id is null));
create index invitation_asked_by on identity.invitation (asked_by, created_at) where asked_by is not null;
create index invitation_asked_for on identity.invitation (lower(email), created_at) where asked_by is not null;
create index invitation_asked_at on identity.invitation (created_at) where asked_by is not null;
-- Those that nobody used are forgotten; no other invitation is.
grant delete on identity.invitation to holdfast_hub;
create function identity.stay_invited() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if old.asked_by is null or old.used_at is not null then
    raise exception 'only a sign-up that nobody used is forgotten';
  end if;
  return old;
end $$;
create trigger stay_invited before delete on identity.invitation
  for each row execute function identity.stay_invited();
`,
};
