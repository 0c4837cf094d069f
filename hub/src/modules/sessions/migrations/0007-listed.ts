// Indexes for what the security centre asks of all: the few rows that a filter leaves are found without the others.

/** Makes them. */
export const listed = {
  name: 'sessions/0007-listed',
  sql: `
create index session_address on sessions.session (address, id) where ended_at is null;
create index session_open on sessions.session (id) where ended_at is null;
`,
};
