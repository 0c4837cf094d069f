// From where a token is accepted.

/** Adds the networks that a token is bound to; `null` for one that is accepted from everywhere. */
export const addresses = {
  name: 'tokens/0003-addresses',
  sql: `
alter table tokens.token add column addresses text[];
`,
};
