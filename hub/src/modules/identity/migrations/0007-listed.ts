// Indexes for what the security centre asks of all: the few rows that a filter leaves are found without the others.

/** Makes them. */
export const listed = {
  name: 'identity/0007-listed',
  sql: `
-- How a name begins, and one name, whatever its letters.
create index account_lower_name on identity.account (lower(name) collate "C");
create index account_disabled on identity.account (id) where disabled_at is not null;
create index account_administrator on identity.account (id) where administrator;
create index account_without_factor on identity.account (id)
  where kind = 'user' and second_factor_at is null and disabled_at is null;
`,
};
