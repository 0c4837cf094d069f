// The vault in the test's own process, over a test's database, with a root key and a journal of its own, and the real link to it.
import { generateKeyPairSync } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { systemClock, type Clock } from '@holdfast/kernel/clock';
import { makeSealingPair } from '@holdfast/kernel/sealing';
import { verifierOf } from '@holdfast/notary/note';
import { Channel } from '@holdfast/platform/channel';
import { openLog } from '@holdfast/platform/log';
import { openDatabase, openPool, type DatabaseAddress } from '@holdfast/platform/postgres/database';
import { beginAnew } from '@holdfast/vault/begin-anew';
import { Journal } from '@holdfast/vault/journal';
import { FileKeyHolder } from '@holdfast/vault/key-holder';
import { LedgerReader } from '@holdfast/vault/ledger-store';
import { rotateRootKey } from '@holdfast/vault/rotation';
import { sweep } from '@holdfast/vault/sweep';
import { Vault } from '@holdfast/vault/vault';
import { ChannelToVault } from '../../src/vault-link.ts';
import { openScratch } from './scratch.ts';
import { socketPair } from './socket-pair.ts';

/** A vault, and the hub's way to it. */
export interface LinkedVault extends AsyncDisposable {
  readonly link: ChannelToVault;
  /** Closes the root key, as the operator does. */
  seal(): void;
  /** Opens it again. */
  unseal(): Promise<void>;
  /** Loses the root key for good, as its file and this process have it. */
  lose(): Promise<void>;
  /** Gives up what was lost with it, and makes another. */
  beginAnew(): Promise<void>;
  /** Makes the next root key and destroys the one before. */
  rotate(): Promise<void>;
  /** Destroys what is over, and gives other keys to whom they are owed. */
  sweep(): Promise<void>;
  /** Says what the supervisor says when the vault has ended, and hears nothing any more. */
  leave(): void;
}

const NOBODY = { onFrame: () => undefined, send: () => undefined };

/** Opens one that signs in at this address. */
export async function openLinkedVault(
  address: DatabaseAddress,
  clock: Clock = systemClock,
): Promise<LinkedVault> {
  await using opened = new AsyncDisposableStack();
  const scratch = opened.use(await openScratch('vault'));
  const log = openLog('test', { write: () => undefined });
  const pool = openPool(address, { connections: 2, applicationName: 'vault', onError: () => undefined });
  const db = opened.use(openDatabase(pool));
  const journal = opened.use(await Journal.open(`${scratch.path}/journal.jsonl`));
  const keys = new FileKeyHolder(`${scratch.path}/root.key`);
  await keys.make(undefined);
  const verifier = verifierOf({ name: 'test', key: generateKeyPairSync('ed25519').privateKey });
  const [one, other] = await socketPair(`${scratch.path}/pair.sock`);
  const hub = opened.use(new Channel(one));
  const vault = opened.use(new Channel(other));
  const ground = {
    ...{ db, log, keys, journal, ledger: new LedgerReader(db), clock },
    ...{ instance: '0123456789abcdef01234567', ours: [], pair: makeSealingPair() },
  };
  let isThere = true;
  const heard: Pick<Channel, 'onFrame' | 'send'> = {
    onFrame: (listener) => vault.onFrame((frame) => (isThere ? listener(frame) : vault.send({ gone: true }))),
    send: (frame) => vault.send(frame),
  };
  opened.use(
    new Vault(ground, { hub: heard, runner: NOBODY, operator: NOBODY }, { verifier, behind: undefined }),
  );
  const link = new ChannelToVault(hub, log);
  const running = opened.move();
  return {
    link,
    seal: () => keys.close(),
    unseal: async () => void (await keys.open(undefined)),
    lose: async () => {
      await rm(`${scratch.path}/root.key`);
      keys.close();
      await keys.open(undefined);
    },
    beginAnew: async () => await beginAnew(ground, undefined, {}),
    sweep: async () => void (await sweep(ground)),
    rotate: async () => void (await rotateRootKey(ground, { actor: 'operator', personal: {} })),
    leave: () => {
      isThere = false;
      vault.send({ gone: true });
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
