// Applications that people sign in to with their account here, and what they let them do. Digests, never texts; each row that
// opens something is sealed by a MAC whose key is not in the database.

/** Makes the `oauth` schema. */
export const applications = {
  name: 'oauth/0001-applications',
  sql: `
create schema oauth;
-- What signs who somebody is; the private half is sealed by a key that is not in the database.
create table oauth.signing_key (
  kid text primary key check (length(kid) = 43),
  sealed bytea not null,
  created_at timestamptz not null
);
create table oauth.application (
  id text primary key check (id ~ '^[0-9a-f]{24}$'),
  owner_id text not null references identity.account (id),
  name text not null check (length(name) between 1 and 60),
  redirect_uris text[] not null check (cardinality(redirect_uris) between 1 and 10),
  scopes text[] not null,
  -- Of the secret; a public one has none.
  secret_digest text check (secret_digest ~ '^[0-9a-f]{64}$'),
  created_at timestamptz not null,
  deleted_at timestamptz,
  mac bytea not null
);
create index application_owner on oauth.application (owner_id, id);
create table oauth.authorization (
  id text primary key check (id ~ '^[0-9a-f]{24}$'),
  user_id text not null references identity.account (id),
  application_id text not null references oauth.application (id),
  scopes text[] not null,
  orgs text[] not null,
  began_at timestamptz not null,
  used_at timestamptz,
  last_token_id text references tokens.token (id),
  ended_at timestamptz,
  mac bytea not null
);
create unique index authorization_live on oauth.authorization (user_id, application_id) where ended_at is null;
create index authorization_application on oauth.authorization (application_id) where ended_at is null;
create table oauth.code (
  digest text primary key check (digest ~ '^[0-9a-f]{64}$'),
  id text not null unique check (id ~ '^[0-9a-f]{24}$'),
  authorization_id text not null references oauth.authorization (id),
  session_id text not null,
  redirect_uri text not null,
  -- Where the hub was for the browser: the one name by which the application knows it.
  issuer text not null,
  challenge text not null,
  nonce text not null,
  scopes text[] not null,
  proved_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  mac bytea not null
);
create index code_expiry on oauth.code (expires_at);
create table oauth.refresh (
  digest text primary key check (digest ~ '^[0-9a-f]{64}$'),
  -- The code from which it and all before it came.
  family text not null check (family ~ '^[0-9a-f]{24}$'),
  authorization_id text not null references oauth.authorization (id),
  scopes text[] not null,
  -- What was given beside it.
  token_id text not null references tokens.token (id),
  began_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  ended_at timestamptz,
  mac bytea not null
);
create index refresh_family on oauth.refresh (family);
create index refresh_expiry on oauth.refresh (expires_at);
grant usage on schema oauth to holdfast_hub;
grant select, insert, delete on oauth.signing_key, oauth.code, oauth.refresh to holdfast_hub;
grant select, insert on oauth.application, oauth.authorization to holdfast_hub;
grant update (deleted_at) on oauth.application to holdfast_hub;
grant update (scopes, orgs, used_at, last_token_id, ended_at, mac) on oauth.authorization to holdfast_hub;
grant update (used_at) on oauth.code to holdfast_hub;
grant update (used_at, ended_at) on oauth.refresh to holdfast_hub;
insert into ledger.allowed_kind values ('holdfast_hub', 'application.%');
`,
};
