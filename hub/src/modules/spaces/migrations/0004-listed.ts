// Indexes for what the security centre asks of all: the few rows that a filter leaves are found without the others.

/** Makes them. */
export const listed = {
  name: 'spaces/0004-listed',
  sql: `
create index secrets_some on spaces.secrets (repo_id) where unsettled or names <> '{}';
`,
};
