// Which Spaces are owed another key, because something that theirs could read was destroyed while the vault could not give them one.

/** Marks the keys of Spaces. */
export const vaultRenewals = {
  name: 'vault/0007-renewals',
  sql: `
-- Since when a value is gone that this key could read, in a backup too; null: none is. Cleared with the key itself.
alter table vault.space_key add column renew_since timestamptz;
`,
};
