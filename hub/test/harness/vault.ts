// The vault in the test's own process, over a test's database, with a notary that signs all the time; the test speaks to it as hub,
// runner and operator do.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock, type Clock } from '@holdfast/kernel/clock';
import { newId } from '@holdfast/kernel/id';
import { makeSealingPair, openSealing } from '@holdfast/kernel/sealing';
import { verifierOf } from '@holdfast/notary/note';
import { openLog } from '@holdfast/platform/log';
import { openDatabase, openPool } from '@holdfast/platform/postgres/database';
import { openPair } from '@holdfast/vault/box-key';
import { catchUp, type CatchUpWish } from '@holdfast/vault/catch-up';
import { HUB_TO_VAULT, type ToHub, type ToOperator, type ToRunner } from '@holdfast/vault/frames';
import { Journal } from '@holdfast/vault/journal';
import { FileKeyHolder } from '@holdfast/vault/key-holder';
import { LedgerReader } from '@holdfast/vault/ledger-store';
import { openRoot, standByRoot } from '@holdfast/vault/named-root';
import { sweep } from '@holdfast/vault/sweep';
import { Vault } from '@holdfast/vault/vault';
import { record } from '../../src/modules/ledger/index.ts';
import { openTestDatabase, type TestDatabase } from './database.ts';
import { openTestNotary } from './notary.ts';
import { openScratch } from './scratch.ts';
import { sharedServer } from './shared-server.ts';

/** One side of a channel, as the test holds it. */
export interface Side<Frame> {
  /** What the vault said. */
  readonly frames: Frame[];
  say(frame: object): void;
  /** The first frame that fits, also one that came before; within a minute. */
  until(fits: (frame: Frame) => boolean): Promise<Frame>;
}

/** A vault at work. */
export interface TestVault extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly folder: string;
  readonly hub: Side<ToHub>;
  readonly runner: Side<ToRunner>;
  readonly operator: Side<ToOperator>;
  /** Sets a secret as the hub does; gives the answer. */
  write(space: string, body: object | string): Promise<ToHub>;
  /** An entry of the ledger by which a run may start, as the hub makes it. */
  ticket(space: string, run: string): Promise<string>;
  /** Stops and starts the notary's signing. */
  readonly notary: Pick<Signing, 'stop' | 'finish' | 'goOn'>;
  /** Destroys what is over; gives how many. */
  sweep(): Promise<number>;
  /** What it logged. */
  readonly lines: readonly string[];
}

/** Who does it, in tests. */
export const BY = { actor: 'user:0123456789abcdef01234567', credential: 'token:1', personal: {} };

/** Where the hub of tests is reached. */
export const OURS = ['hub.acme.dev', 'spaces.acme.dev'];

/** A new identifier. */
export function id(): string {
  return newId(new Date());
}

/** How it is opened. */
export interface TestVaultOptions {
  /** Of an earlier one, as after a restart. */
  readonly database?: TestDatabase;
  readonly folder?: string;
  readonly passphrase?: string;
  readonly clock?: Clock;
  /** As the product has it, to measure: milliseconds between two rounds of the notary, and a database that waits for its disk. */
  readonly measured?: { readonly signingPause: number };
  /** What the start of it is told. */
  readonly start?: Omit<CatchUpWish, 'writer'>;
}

/** Opens one. */
export async function openTestVault(options: TestVaultOptions = {}): Promise<TestVault> {
  await using stack = new AsyncDisposableStack();
  if (options.measured !== undefined) await sharedServer({ fsync: 'on', full_page_writes: 'on' });
  const database = options.database ?? stack.use(await openTestDatabase());
  const folder = options.folder ?? stack.use(await openScratch('vault')).path;
  const notary = stack.use(await openTestNotary(database.notary, { folder: path.join(folder, 'notary') }));
  const signing = stack.use(new Signing(async () => await notary.round(), options.measured?.signingPause));
  const lines: string[] = [];
  const log = openLog('vault', { write: (line) => void lines.push(line) });
  const pool = openPool(database.vault, {
    connections: 4,
    kept: 1,
    applicationName: 'vault',
    onError: () => undefined,
  });
  const db = stack.use(openDatabase(pool));
  const keys = new FileKeyHolder(path.join(folder, 'root.key'));
  const passphrase = options.passphrase === undefined ? undefined : Buffer.from(options.passphrase);
  await openRoot({ db, keys, log }, passphrase);
  const journal = stack.use(await Journal.open(path.join(folder, 'journal.jsonl')));
  const ends = { hub: makeSide<ToHub>(), runner: makeSide<ToRunner>(), operator: makeSide<ToOperator>() };
  const pair = await openPair(path.join(folder, 'box.key'));
  const ground = {
    db,
    clock: options.clock ?? systemClock,
    log,
    keys,
    journal,
    ledger: new LedgerReader(db),
    instance: 'test',
    ours: OURS,
    pair,
  };
  const channels = { hub: ends.hub.channel, runner: ends.runner.channel, operator: ends.operator.channel };
  const start = options.start ?? { acceptLoss: false, restored: false };
  const behind =
    (await catchUp(ground, { ...start, writer: database.vault.user })) ?? (await standByRoot(ground, start));
  stack.use(new Vault(ground, channels, { verifier: verifierOf(notary.signer), behind, ...start }));
  const kept = stack.move();
  let calls = 0;
  return {
    ...{ database, folder, lines, notary: signing },
    ...{ hub: ends.hub.side, runner: ends.runner.side, operator: ends.operator.side },
    write: async (space, body) => {
      const own = makeSealingPair();
      const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      const box = openSealing(own, pair.publicKey, HUB_TO_VAULT).seal(bytes, space);
      calls += 1;
      const call = calls;
      ends.hub.side.say({ type: 'write', id: call, space, key: own.publicKey, box, by: BY, taken: [] });
      return await ends.hub.side.until((frame) => frame.type !== 'state' && frame.id === call);
    },
    sweep: async () => await sweep(ground),
    ticket: async (space, run) =>
      await database.db.transaction((tx) =>
        record(tx, {
          ...{ kind: 'run.started', subject: `repo:${space}`, actor: BY.actor, credential: BY.credential },
          body: { run, commit: randomBytes(20).toString('hex') },
        }),
      ),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Has a notary sign, round after round, until it is disposed of. */
export class Signing implements AsyncDisposable {
  readonly #ended = new AbortController();
  readonly #work: Promise<void>;
  readonly #sign: () => Promise<void>;
  #isStopped = false;
  #round: Promise<void> = Promise.resolve();

  constructor(round: () => Promise<void>, pause = 20) {
    this.#sign = round;
    this.#work = this.#run(pause);
  }

  async #run(pause: number): Promise<void> {
    while (!this.#ended.signal.aborted) {
      if (!this.#isStopped) await (this.#round = this.#sign());
      await delay(pause);
    }
  }

  /** Waits for the round that is under way: another notary may begin then. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#round;
  }

  /** Stops once all that was recorded so far is signed. */
  async finish(): Promise<void> {
    await this.stop();
    await this.#sign();
  }

  goOn(): void {
    this.#isStopped = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#work;
  }
}

interface End<Frame> {
  readonly side: Side<Frame>;
  readonly channel: { send(frame: object): void; onFrame(listener: (frame: unknown) => void): void };
}

async function nextOf(waiting: Set<() => void>, late: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting.add(resolve);
  late.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  waiting.delete(resolve);
}

function makeSide<Frame>(): End<Frame> {
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  let listener: (frame: unknown) => void = () => undefined;
  return {
    side: {
      frames,
      say: (frame) => listener(structuredClone(frame)),
      until: async (fits) => {
        const late = AbortSignal.timeout(60_000);
        for (let known = 0; ;) {
          const found = frames.slice(known).find(fits);
          if (found !== undefined) return found;
          known = frames.length;
          await nextOf(waiting, late);
          if (late.aborted) throw new Error(`the vault did not say it; it said ${JSON.stringify(frames)}`);
        }
      },
    },
    channel: {
      send: (frame) => {
        frames.push(structuredClone(frame) as Frame);
        for (const wake of [...waiting]) wake();
      },
      onFrame: (next) => {
        listener = next;
      },
    },
  };
}
