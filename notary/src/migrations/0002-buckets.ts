// Finds what lies in a bucket by an index that the planner cannot miss, also before the table was ever analysed.

/** Gives each head the number of its bucket. */
export const notaryBuckets = {
  name: 'notary/0002-buckets',
  sql: `
alter table notary.head
  add column bucket integer not null generated always as (get_byte(key, 0) * 256 + get_byte(key, 1)) stored;
create index head_bucket on notary.head (bucket);
`,
};
