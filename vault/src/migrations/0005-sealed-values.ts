// Values that were sealed in a browser: a version says so, and each is taken once.

/** Adds both. Whatever was set before came through the hub. */
export const vaultSealedValues = {
  name: 'vault/0005-sealed-values',
  sql: `
alter table vault.version add column sealed_in text not null default 'hub';

-- By digest, and the day of the key that opened it; gone once that key opens nothing any more.
create table vault.sealed_value (digest text primary key, day integer not null);
create index sealed_value_over on vault.sealed_value (day);
grant select, insert, delete on vault.sealed_value to holdfast_vault;
`,
};
