// A connection can be undone.

/** Lets the hub delete a link; it is still never moved to another user, and the ledger has both its beginning and its end. */
export const undone = {
  name: 'sso/0002-undone',
  sql: `grant delete on sso.link to holdfast_hub;`,
};
