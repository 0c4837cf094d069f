// Why the vault opens nothing, in words for people.

/** By how its root key is; `opening`, while somebody unseals it. */
export const CLOSED = {
  open: null,
  opening: 'The vault is being unsealed.',
  sealed: 'The vault is sealed: `./holdfast vault unseal` opens it. Spaces with secrets wait until then.',
  'passphrase-needed':
    'The vault is sealed until it has its passphrase: `./holdfast vault unseal`. Spaces with secrets wait until then.',
  'passphrase-wrong':
    'The vault is sealed: the passphrase that it was given is not that of its root key. `./holdfast vault unseal` asks for the ' +
    'right one. Spaces with secrets wait until then.',
  missing:
    'The root key (vault/root.key among the keys) is missing. The values of all secrets are lost unless it is put back, and codes of ' +
    'second factors cannot be checked; nothing else is: repositories, accounts, tokens and the ledger do not need it. Put it back ' +
    'and start again; where it is lost for good, `./holdfast vault begin-anew` says what goes with it',
} as const;

/** Where what the vault did is missing in the database. `end` and `recorded` are numbers of its journal, `found` the last that the ledger has. */
export const BEHIND = {
  restored:
    'The database came out of a backup. Nothing is handed over until the operator has accepted what it lacks: ' +
    '`./holdfast start --accept-loss`',
  keysSetBack: ({ end, found }: { readonly end: number; readonly found: number }) =>
    `The vault's journal ends at ${end}, and the ledger knows of ${found}: the keys were set back. Put back the ones of today, ` +
    'or start once with --accept-loss',
  keyOutdated:
    'The root key (vault/root.key among the keys) is not the one that the vaults of this database work with: it was rotated, begun ' +
    'anew or first made at another hub. Keep this file under another name, put a copy of the one of that hub in its place, and start again. Where ' +
    'there is none, `./holdfast start --accept-loss` goes on with this one if it opens all that is kept',
  ledgerShort: ({ recorded, found }: { readonly recorded: number; readonly found: number }) =>
    `The ledger ends before what the vault did: its entry ${recorded} is missing, and ${found} is the last. The database was ` +
    'set back, or entries were deleted. Restore a newer one, or start once with --accept-loss',
} as const;
