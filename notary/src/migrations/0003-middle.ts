// The map of heads at half the depth of its buckets, so that a proof reads some hundred rows of it and not all.

/** Makes the table; the notary fills it when it starts. */
export const notaryMiddle = {
  name: 'notary/0003-middle',
  sql: `
create table notary.middle (middle integer primary key, keys bigint not null, hash bytea not null);
grant select, insert, update on notary.middle to holdfast_notary;
grant select on notary.middle to holdfast_hub;
`,
};
