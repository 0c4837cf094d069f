// Passkeys, and the challenges that were answered.

/** Makes the tables of passkeys. */
export const passkeys = {
  name: 'sessions/0003-passkeys',
  sql: `
create table sessions.passkey (
  id text primary key check (id ~ '^[0-9a-f]{24}$'),
  user_id text not null references identity.account (id),
  name text not null,
  -- What the device calls it.
  credential text not null unique check (length(credential) <= 2048),
  public_key bytea not null,
  counter bigint not null,
  created_at timestamptz not null,
  used_at timestamptz,
  mac bytea not null
);
create index passkey_user on sessions.passkey (user_id, id);
-- A challenge is answered once; kept until it would be too old anyway.
create table sessions.answered (challenge text primary key, expires_at timestamptz not null);
create index answered_expiry on sessions.answered (expires_at);
grant select, insert, delete on sessions.passkey to holdfast_hub;
grant update (counter, used_at) on sessions.passkey to holdfast_hub;
grant select, insert, delete on sessions.answered to holdfast_hub;
`,
};
