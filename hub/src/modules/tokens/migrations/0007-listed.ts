// Indexes for what the security centre asks of all: the few rows that a filter leaves are found without the others.

/** Makes them. */
export const listed = {
  name: 'tokens/0007-listed',
  sql: `
create index token_address on tokens.token (last_address, id) where last_address is not null;
create index token_expiry on tokens.token (expires_at);
create index token_revoked on tokens.token (id) where revoked_at is not null;
create index token_classic on tokens.token (id) where revoked_at is null and grant_ ->> 'role' <> 'fineGrained';
-- Of all, also of those that were revoked: of what a partial one holds the planner knows nothing, and would walk the table. To
-- keep it up to date costs an entry with each use that is written, of which there is one a minute at most.
create index token_idle on tokens.token (coalesce(last_used_at, created_at));
`,
};
