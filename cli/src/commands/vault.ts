// `./holdfast vault …`: how the vault is, and what the operator alone may do with its root key.
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { type Call, type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { readPassphraseFile } from '../passphrase.ts';
import { printResult } from '../print.ts';
import { openVaultClient, type VaultStatus } from '../vault-client.ts';

/** Says how the vault is. */
export const vaultStatus: Command = {
  name: 'vault status',
  doc: 'Say whether the vault is open, how much it keeps, and since when its root key is the one that it is',
  words: [],
  flags: {},
  run: async (call) => await act(call, 'status'),
};

/** Seals it. */
export const sealVault: Command = {
  name: 'vault seal',
  doc: 'Have the vault forget its root key: from now on no secret is handed over or used, by doors that are open neither',
  words: [],
  flags: {},
  run: async (call) => await act(call, 'seal'),
};

/** Unseals it. */
export const unsealVault: Command = {
  name: 'vault unseal',
  doc: 'Have the vault read its root key again; asks for the passphrase where there is one',
  words: [],
  flags: { 'passphrase-file': { value: 'FILE', doc: 'read the passphrase from this file' } },
  run: async (call) => {
    await using vault = await openVaultClient(call);
    const { passphrase, sealed } = await vault.ask('status');
    if (sealed === null) return show(call, await vault.ask('status'));
    return show(call, await vault.ask('unseal', passphrase ? await readPassphrase(call) : undefined));
  },
};

/** Rotates the root key. */
export const rotateVault: Command = {
  name: 'vault rotate',
  doc: 'Make another root key, wrap every key with it, and destroy the one before: what was deleted is then in no backup',
  words: [],
  flags: {},
  run: async (call) => await act(call, 'rotate'),
};

async function act(call: Call, type: 'status' | 'seal' | 'rotate'): Promise<number> {
  await using vault = await openVaultClient(call);
  return show(call, await vault.ask(type));
}

function show(call: Call, status: VaultStatus): number {
  const { sealed, spaces, secrets, runs, generation, rotatedAt } = status;
  const lines = [
    sealed ?? 'The vault is open.',
    `It keeps ${secrets} secrets of ${spaces} Spaces; ${runs} runs hold some.`,
    ...(generation === null || rotatedAt === null
      ? []
      : [
          `The root key is of generation ${generation}, made ${rotatedAt}: what was deleted before then is in no backup that ` +
            'can be read.',
        ]),
  ];
  printResult(call.json, status, lines.join('\n'));
  return EXIT.done;
}

async function readPassphrase(call: Call): Promise<Buffer> {
  const { console } = call;
  const given = await readPassphraseFile(call, 'passphrase-file');
  if (given !== undefined) return given;
  if (process.stdin.isTTY) console.step('Passphrase of the root key (not shown):');
  // What is typed is not shown.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  using lines = createInterface({ input: process.stdin, output: silent, terminal: process.stdin.isTTY });
  return Buffer.from(await lines.question(''));
}
