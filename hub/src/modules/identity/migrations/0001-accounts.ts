// Accounts, the names they have or had, and who belongs to which organisation.

/** Makes the `identity` schema. */
export const accounts = {
  name: 'identity/0001-accounts',
  sql: `
create schema identity;
create table identity.account (
  id text primary key check (id ~ '^[0-9a-f]{24}$'),
  kind text not null check (kind in ('user', 'org')),
  name text not null,
  fullname text not null,
  email text,
  administrator boolean not null default false,
  password text,
  created_at timestamptz not null,
  disabled_at timestamptz
);
create unique index account_email on identity.account (lower(email)) where email is not null;
create index account_kind on identity.account (kind, id);
-- A name stays here for ever: live, a redirect, or a tombstone. Nobody else may take it, or one that looks like it.
create table identity.name (
  key text primary key,
  lookalike text not null unique,
  account_id text not null references identity.account (id),
  state text not null check (state in ('live', 'redirect', 'tombstone'))
);
create index name_account on identity.name (account_id);
create table identity.membership (
  org_id text not null references identity.account (id),
  user_id text not null references identity.account (id),
  role text not null check (role in ('read', 'contributor', 'write', 'admin')),
  since timestamptz not null default now(),
  primary key (org_id, user_id)
);
create index membership_user on identity.membership (user_id);
grant usage on schema identity to holdfast_hub;
grant select, insert, update on identity.account, identity.name to holdfast_hub;
grant select, insert, update, delete on identity.membership to holdfast_hub;
`,
};
