// Whom the issuer knows by which name, and what people got of it.

/** Makes the `sso` schema. */
export const links = {
  name: 'sso/0001-links',
  sql: `
create schema sso;
create table sso.link (
  issuer text not null check (length(issuer) <= 500),
  subject text not null check (length(subject) between 1 and 255),
  user_id text not null references identity.account (id),
  created_at timestamptz not null,
  primary key (issuer, subject),
  unique (user_id, issuer)
);
-- Memberships that follow the issuer's groups; others are somebody's decision, and stay.
create table sso.membership (
  user_id text not null references identity.account (id),
  org_id text not null references identity.account (id),
  primary key (user_id, org_id)
);
-- An answer of the issuer counts once; kept until it would be too old anyway.
create table sso.answered (state text primary key, expires_at timestamptz not null);
create index answered_expiry on sso.answered (expires_at);
grant usage on schema sso to holdfast_hub;
-- A link is never moved to another user.
grant select, insert on sso.link to holdfast_hub;
grant select, insert, delete on sso.membership, sso.answered to holdfast_hub;
`,
};
