// That an organisation lets an application be let in again whose reach it ended.

/** Makes the table of these; each row is sealed by a MAC whose key is not in the database. What was ended before stays ended. */
export const readmissions = {
  name: 'tokens/0010-readmissions',
  sql: `
create table tokens.readmission (
  application_id text not null,
  user_id text not null references identity.account (id),
  org_id text not null references identity.account (id),
  at timestamptz not null,
  mac bytea not null,
  primary key (application_id, user_id, org_id)
);
grant select, insert on tokens.readmission to holdfast_hub;
grant update (at, mac) on tokens.readmission to holdfast_hub;
`,
};
