// Of which of the versions that a run holds it is known that their release was signed.

/** Notes it. */
export const vaultSignedReleases = {
  name: 'vault/0008-signed-releases',
  sql: `
-- Whether the vault has found the release below a signed checkpoint. Where it has not, a vault that is started anew looks before it
-- gives the door its value; entries are cut off the ledger one day, and what was found once is not looked for again. Covered by the
-- tag of the run. All that runs held before this was handed over already.
alter table vault.held add column signed boolean not null default true;
grant update (signed) on vault.held to holdfast_vault;
`,
};
