// Indexes for what happened to some Spaces, and for when a repository came to where it is: few kinds, so that most entries pay nothing.

/** Makes them. `TallyReader` and `OrgScopeReader` ask for these kinds alone, in the words of the indexes. */
export const ofSpaces = {
  name: 'ledger/0010-of-spaces',
  sql: `
create index entry_watched_space
  on ledger.entry ((coalesce(body::jsonb ->> 'space', substring(subject from '^repo:(.*)$'))), kind, at)
  where kind in ('space.egress-refused', 'secret.used', 'secret.misplaced', 'secret.echoed');
create index entry_moved on ledger.entry (subject, at) where kind = 'repo.moved';
`,
};
