// `./holdfast vault …`: how the vault is, and what the operator alone may do with its root key.
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { z } from 'zod';
import { type Call, type Command } from '../command.ts';
import { requestAdmin } from '../admin-client.ts';
import { EXIT } from '../failure.ts';
import { usageRejected } from '../faults.ts';
import { readPassphraseFile } from '../passphrase.ts';
import { printResult } from '../print.ts';
import type { VaultClient, VaultLosses, VaultStatus } from '../vault-client.ts';

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
    await using vault = await openVault(call);
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

/** Begins with another root key. */
export const beginVaultAnew: Command = {
  name: 'vault begin-anew',
  doc: 'Where the root key is lost for good: say what goes with it, destroy that, and make another key',
  words: [],
  flags: {
    yes: { doc: 'do not ask first' },
    'passphrase-file': { value: 'FILE', doc: 'encrypt the new root key under the passphrase in this file' },
  },
  run: async (call) => {
    await using vault = await openVault(call);
    call.console.step(await tellLosses(call, await vault.losses()));
    if (call.flags['yes'] !== true) await confirm(call);
    return show(call, await vault.ask('begin-anew', await readPassphraseFile(call, 'passphrase-file')));
  },
};

/** What is lost and what is not, by the names that people know. */
async function tellLosses(call: Call, { spaces, seeds }: VaultLosses): Promise<string> {
  const [ofSpaces, ofUsers] = [await namesOfSpaces(call), await namesOfUsers(call)];
  return [
    'Lost for good, unless the root key is put back instead:',
    ...spaces.map(
      ({ space, secrets }) => `  ${ofSpaces.get(space) ?? `Space ${space}`}: ${secrets.join(', ')}`,
    ),
    ...(spaces.length === 0 ? ['  no secret of a Space'] : []),
    ...seeds.map((user) => `  the second factor by codes of ${ofUsers.get(user) ?? `user ${user}`}`),
    'Not lost: repositories, accounts, passwords, passkeys, recovery codes, tokens and the ledger.',
    'Then: each Space named here waits until its secrets are set anew or deleted. Who is named here signs in with a recovery code or',
    'a passkey, and sets the second factor up anew; who has neither comes to you.',
  ].join('\n');
}

const SecretSpaces = z.object({
  items: z.array(z.object({ id: z.string(), name: z.string() })),
  next: z.string().nullable(),
});
const Users = z.array(z.object({ id: z.string(), name: z.string() }));

async function namesOfSpaces(call: Call): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (let after: string | null = ''; after !== null;) {
    const query = after === '' ? {} : { after };
    const answer = await requestAdmin(call, { method: 'GET', path: ['secret-spaces'], query });
    const { items, next }: z.infer<typeof SecretSpaces> = SecretSpaces.parse(answer);
    for (const { id, name } of items) names.set(id, name);
    after = next;
  }
  return names;
}

async function namesOfUsers(call: Call): Promise<ReadonlyMap<string, string>> {
  const users = Users.parse(await requestAdmin(call, { method: 'GET', path: ['users'] }));
  return new Map(users.map(({ id, name }) => [id, name]));
}

// Nothing of it can be taken back: a key that is pressed out of habit is no answer.
async function confirm(call: Call): Promise<void> {
  if (!process.stdin.isTTY) throw usageRejected('nobody is there to ask', 'read what is lost, and add --yes');
  call.console.step('Type `begin anew` to destroy it and make another key:');
  using lines = createInterface({ input: process.stdin, output: process.stderr });
  if ((await lines.question('')).trim() !== 'begin anew')
    throw usageRejected('that was not `begin anew`', 'nothing was done');
}

async function openVault(call: Call): Promise<VaultClient> {
  const { openVaultClient } = await import('../vault-client.ts');
  return await openVaultClient(call);
}

async function act(call: Call, type: 'status' | 'seal' | 'rotate'): Promise<number> {
  await using vault = await openVault(call);
  return show(call, await vault.ask(type));
}

function show(call: Call, status: VaultStatus): number {
  const { sealed, kept, generation, rotatedAt } = status;
  const lines = [
    sealed ?? 'The vault is open.',
    kept === null
      ? 'Its database is away: what it keeps cannot be counted, and what was done just now is on the ledger when the database is back.'
      : `It keeps ${kept.secrets} secrets of ${kept.spaces} Spaces; ${kept.runs} runs hold some.`,
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
