// What the hub may record of keeping its store in order.

/** Lets the hub record what it removed, what it found damaged, and who limited what. */
export const upkeepEntries = {
  name: 'upkeep/0001-entries',
  sql: `
insert into ledger.allowed_kind select 'holdfast_hub', unnest(array['store.%', 'quota.%']);
`,
};
