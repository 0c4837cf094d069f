// Programs that wait for a person to let them in (RFC 8628).

/** Makes the table of device logins. */
export const deviceLogins = {
  name: 'tokens/0002-device-logins',
  sql: `
create table tokens.device_login (
  id text primary key check (id ~ '^[0-9a-f]{24}$'),
  -- Of what the program holds; it alone fetches the token.
  digest text not null unique check (digest ~ '^[0-9a-f]{64}$'),
  user_code text not null unique,
  address text not null,
  client text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  polled_at timestamptz,
  state text not null check (state in ('waiting', 'approved', 'denied', 'used')),
  user_id text references identity.account (id),
  session_id text,
  grant_ jsonb
);
create index device_login_expiry on tokens.device_login (expires_at);
grant select, insert, update, delete on tokens.device_login to holdfast_hub;
`,
};
