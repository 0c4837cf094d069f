// Speaks to the vault over a socket that only the operator can open. A passphrase is sealed for the vault before it leaves this
// process: what passes it on has nothing of it.
import { join } from 'node:path';
import { makeSealingPair, openSealing } from '@holdfast/kernel/sealing';
import { connectChannel, type Channel } from '@holdfast/platform/channel';
import { placeFolders } from '@holdfast/supervisor/config/config';
import { parseEnvironment } from '@holdfast/supervisor/config/env';
import { configurationRejected } from '@holdfast/supervisor/faults';
import { layoutOf } from '@holdfast/supervisor/layout';
import { OPERATOR_TO_VAULT, ToOperator, type FromOperator } from '@holdfast/vault/frames';
import { reasonOf } from './admin-client.ts';
import { type Call } from './command.ts';
import { notRunning, refused } from './faults.ts';
import { readOperator } from './operator.ts';

/** How the vault is. */
export type VaultStatus = Extract<ToOperator, { type: 'status' }>;
/** What is lost with the root key. */
export type VaultLosses = Pick<Extract<ToOperator, { type: 'losses' }>, 'spaces' | 'seeds'>;

/** The vault, as the operator reaches it. */
export interface VaultClient extends AsyncDisposable {
  /** Has it do something; gives how it is then. Throws `refused` with its own words. */
  ask(type: Exclude<FromOperator['type'], 'losses'>, passphrase?: Uint8Array): Promise<VaultStatus>;
  /** What would be given up. Throws `refused` where the key is there. */
  losses(): Promise<VaultLosses>;
}

const SOCKET = join('run', 'vault.sock');

/** Connects. Throws `notRunning`. */
export async function openVaultClient(call: Call): Promise<VaultClient> {
  const problems: string[] = [];
  const folders = placeFolders(parseEnvironment(call.raw, problems), call.place);
  if (problems.length > 0) throw configurationRejected(problems);
  const channel = await connectChannel(layoutOf(folders).vaultSocket).catch((error: unknown) => {
    throw notRunning(folders.data, ...reasonOf(error, SOCKET));
  });
  const absent = () =>
    notRunning(
      folders.data,
      'its vault is not running',
      'see what `./holdfast start` says, and logs/vault.log',
    );
  const operator = operatorOf(call);
  let key: string | undefined;
  const ask = async (frame: FromOperator): Promise<VaultStatus> => {
    const status = await askOnce(channel, frame, absent);
    if (status.type !== 'status') throw absent();
    key = status.key;
    return status;
  };
  return {
    ask: async (type, passphrase) => {
      // Whom it is sealed for.
      if (passphrase !== undefined && key === undefined)
        await ask({ type: 'status', operator, passphrase: null });
      return await ask({
        type,
        operator,
        passphrase: passphrase === undefined ? null : sealFor(key ?? '', passphrase),
      });
    },
    losses: async () => await readLosses(channel, operator, absent),
    [Symbol.asyncDispose]: () => channel[Symbol.asyncDispose](),
  };
}

/** All of them, in however many frames they come. */
async function readLosses(
  channel: Channel,
  operator: FromOperator['operator'],
  absent: () => Error,
): Promise<VaultLosses> {
  const all: VaultLosses = { spaces: [], seeds: [] };
  let said = await askOnce(channel, { type: 'losses', operator, passphrase: null }, absent);
  for (;;) {
    if (said.type !== 'losses') throw absent();
    for (const one of said.spaces) all.spaces.push(one);
    for (const one of said.seeds) all.seeds.push(one);
    if (!said.more) return all;
    said = await hearOnce(channel, absent);
  }
}

async function askOnce(channel: Channel, frame: FromOperator, absent: () => Error): Promise<Answer> {
  channel.send(frame);
  return await hearOnce(channel, absent);
}

type Answer = Exclude<ToOperator, { type: 'refused' }>;

async function hearOnce(channel: Channel, absent: () => Error): Promise<Answer> {
  const answer = await channel.next();
  if (answer === undefined) throw absent();
  const said = ToOperator.safeParse(answer).data;
  // The supervisor says in a word of its own that the vault is gone.
  if (said === undefined) throw absent();
  if (said.type === 'refused') throw refused('VaultRefused', said.message);
  return said;
}

function operatorOf(call: Call): FromOperator['operator'] {
  const { user, terminal, command } = readOperator(process.argv.slice(2), call.raw['SUDO_USER']);
  return {
    osUser: user.slice(0, 100),
    terminal: terminal === '' ? null : terminal.slice(0, 100),
    command: command.join(' ').slice(0, 200),
  };
}

function sealFor(vault: string, passphrase: Uint8Array): NonNullable<FromOperator['passphrase']> {
  const own = makeSealingPair();
  return {
    key: own.publicKey,
    box: openSealing(own, vault, OPERATOR_TO_VAULT).seal(passphrase, 'passphrase'),
  };
}
