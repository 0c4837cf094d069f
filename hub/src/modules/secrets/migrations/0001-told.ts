// How far the ledger was read for values of secrets that were seen in answers.

/** Makes the table: one row, which begins where the ledger is. */
export const told = {
  name: 'secrets/0001-told',
  sql: `
create schema secrets;
create table secrets.told (
  single boolean primary key default true check (single),
  -- The number in the tree of the first entry that was not looked at.
  next bigint not null
);
insert into secrets.told (next) select coalesce((select size from notary.tree), 0);
grant usage on schema secrets to holdfast_hub;
grant select, update on secrets.told to holdfast_hub;
`,
};
