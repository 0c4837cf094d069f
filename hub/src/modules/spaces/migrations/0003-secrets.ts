// What the hub knows of the secrets of a Space: their names, and that there may be some. Values are the vault's alone.

/**
 * Adds one row for each Space that has secrets, or may have. It decides whether the vault is asked, and that a variable has
 * no name of a secret; nothing that a run is given follows from it.
 */
export const secrets = {
  name: 'spaces/0003-secrets',
  sql: `
create table spaces.secrets (
  repo_id text primary key references repos.repo (id),
  names text[] not null,
  -- The vault was asked to keep one, and how that went is not known yet.
  unsettled boolean not null
);
grant select, insert, update, delete on spaces.secrets to holdfast_hub;
`,
};
