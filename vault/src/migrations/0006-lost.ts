// What was lost with a root key, so that it is said what is to be set anew.

/** Marks versions, and seeds of second factors by their number. */
export const vaultLost = {
  name: 'vault/0006-lost',
  sql: `
-- When the root key that opened it was given up; null again once the secret is deleted.
alter table vault.version add column lost_at timestamptz;
create index version_lost on vault.version (space) where lost_at is not null;

create table vault.lost_seed (
  user_id text not null, enrolment text not null, at timestamptz not null default clock_timestamp(),
  primary key (user_id, enrolment)
);
grant select, insert on vault.lost_seed to holdfast_vault;
`,
};
