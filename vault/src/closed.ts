// Why the vault opens nothing, in words for people.

/** By how its root key is. */
export const CLOSED = {
  open: null,
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
