// Who has a second factor, and which organisations ask for one.

/** Adds what memberships depend on where an organisation asks for a second factor. */
export const secondFactor = {
  name: 'identity/0003-second-factor',
  sql: `
alter table identity.account
  add column second_factor_at timestamptz,
  add column requires_second_factor boolean not null default false;
`,
};
