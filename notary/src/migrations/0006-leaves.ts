// The order of entries is as append-only as the entries.

/** Lets the notary add and cut leaves, and change none. */
export const notaryLeaves = {
  name: 'notary/0006-leaves',
  sql: 'revoke update on notary.leaf from holdfast_notary;',
};
