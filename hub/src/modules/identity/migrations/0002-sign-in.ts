// When an account was last signed out everywhere.

/** Adds the column that ends all sessions of an account at once. */
export const signIn = {
  name: 'identity/0002-sign-in',
  sql: `
-- Sessions that began before are over. Kept with the account, so that what ends them (a new password, a disabled account)
-- needs to know of no session.
alter table identity.account add column signed_out_at timestamptz;
`,
};
