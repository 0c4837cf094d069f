// Rows of what runs hold get a tag under the root key, and each possession an end of its own.

/** Adds both. A run from before has no tag, and is granted nothing anew. */
export const vaultSealedRuns = {
  name: 'vault/0002-sealed-runs',
  sql: `
-- Covers the run, for whom its values are sealed, and all that it holds: a row that was changed, put in or taken out shows.
alter table vault.run add column tag bytea, add column tag_generation integer;
-- When its door could not use it any more, where that was before the run's end.
alter table vault.held add column ended_at timestamptz;
grant update (ended_at) on vault.held to holdfast_vault;
`,
};
