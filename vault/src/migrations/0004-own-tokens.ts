// A secret may be a token of this very hub: what it could write is then among the places to which its holder could have copied others.

/** Lets the vault find the id of a token by its digest, and see nothing else of it. */
export const vaultOwnTokens = {
  name: 'vault/0004-own-tokens',
  sql: `
grant usage on schema tokens to holdfast_vault;
grant select (id, digest) on tokens.token to holdfast_vault;
`,
};
