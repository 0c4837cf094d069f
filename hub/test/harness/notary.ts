// The notary in the test's own process, over a test's database, with a folder and a file for checkpoints of its own.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Clock, systemClock } from '@holdfast/kernel/clock';
import { type Checkpoint, openCheckpoint } from '@holdfast/notary/checkpoint';
import { Notary, type Opened } from '@holdfast/notary/notary';
import { verifierOf, type NoteSigner } from '@holdfast/notary/note';
import { openOwnFolder } from '@holdfast/notary/own-folder';
import { Places } from '@holdfast/notary/places';
import { Witnesses } from '@holdfast/notary/witnesses';
import { TreeReader } from '@holdfast/notary/tree-store';
import { openLog } from '@holdfast/platform/log';
import { openDatabase, openPool, type DatabaseAddress, type Db } from '@holdfast/platform/postgres/database';
import { openScratch, type Scratch } from './scratch.ts';

/** A notary that a test drives. */
export interface TestNotary extends AsyncDisposable {
  readonly opened: Opened;
  /** Its handle on the database. */
  readonly db: Db;
  readonly signer: NoteSigner;
  /** What it logged. */
  readonly lines: readonly string[];
  /** Orders and signs what waits. */
  round(): Promise<void>;
  /** Cuts off what is older than is kept. */
  cut(): Promise<void>;
  /** The newest checkpoint that the database has, opened with the notary's key. */
  findCheckpoint(): Promise<Checkpoint | undefined>;
}

/** How it is opened. */
export interface TestNotaryOptions {
  /** Where its key and its record are; may be used again, as after a restart. */
  readonly folder: string;
  readonly acceptLoss?: boolean;
  /** The database came out of a backup. */
  readonly restored?: boolean;
  /** A file for its checkpoints. */
  readonly file?: string;
  /** An endpoint for them. */
  readonly url?: string;
  /** Witnesses that sign them. */
  readonly witnesses?: readonly string[];
  /** A notary before it was well since the instance started. */
  readonly goesOn?: boolean;
  readonly clock?: Clock;
  /** For how many days it keeps entries. */
  readonly keepDays?: number;
}

/** Opens a notary that signs in at this address. */
export async function openTestNotary(
  address: DatabaseAddress,
  { folder, file, url, witnesses: prefixes = [], clock = systemClock, keepDays, ...told }: TestNotaryOptions,
): Promise<TestNotary> {
  await mkdir(folder, { recursive: true });
  const lines: string[] = [];
  const log = openLog('test', { write: (line) => void lines.push(line) });
  const pool = openPool(address, { connections: 2, applicationName: 'notary', onError: () => undefined });
  await using stack = new AsyncDisposableStack();
  const db = stack.use(openDatabase(pool));
  const own = await openOwnFolder(folder);
  const places = stack.use(new Places({ file: file ?? null, url: url ?? null }, own, log));
  const witnesses = stack.use(new Witnesses(prefixes, { db, log }));
  const deps = { db, folder: own, places, witnesses, log, clock, keepDays: keepDays ?? null };
  const opened = await Notary.open(deps, { acceptLoss: false, restored: false, goesOn: false, ...told });
  const running = stack.move();
  return {
    opened,
    db,
    signer: own.signer,
    lines,
    round: async () => await opened.notary?.round(),
    cut: async () => await opened.notary?.cut(),
    findCheckpoint: async () => {
      const kept = await new TreeReader(db).findLastCheckpoint();
      return kept === undefined ? undefined : openCheckpoint(kept.note, verifierOf(own.signer));
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** A folder for a notary, gone after the test. */
export async function openNotaryFolder(): Promise<Scratch & { readonly folder: string }> {
  const scratch = await openScratch('notary');
  return {
    ...scratch,
    folder: path.join(scratch.path, 'own'),
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}
