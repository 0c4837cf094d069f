// What takes access away while the database is away: it counts in this process at once, is on this hub's own disk before
// anybody is told that it is taken, and is done in the database and recorded as soon as that answers. Invariants: whoever can
// write the file can neither forge, edit nor drop a removal unseen; a hub serves nobody before what lies there is done.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { openChainedFile, type ChainedFile } from '@holdfast/platform/chained-file';
import { unsettledOf, type ChainFlaw, type ChainHead } from '@holdfast/platform/chained-records';
import { type Keys } from '@holdfast/platform/keys';
import { type Log } from '@holdfast/platform/log';
import { isDatabaseAway } from '@holdfast/platform/postgres/faults';
import { removalNotKept } from './faults.ts';
import { Ended, keyOf } from './ended.ts';
import { fromKept, hasRoom, toKept, type Asker, type Removal, type TakenRemoval } from './model.ts';

/** Does a removal in the database, with its entry, in a transaction of its own. */
export type DoRemoval = (taken: TakenRemoval) => Promise<void>;

/** Where removals are kept. */
export interface RemovalsPlace {
  readonly path: string;
  readonly instance: string;
  /** The last record, as the supervisor remembers it. */
  readonly head: ChainHead | null;
  readonly acceptLoss: boolean;
  /** Has the supervisor remember another. Never rejects: what takes access away does not wait for it for long. */
  readonly keepHead: (head: ChainHead) => Promise<void>;
}

interface RemovalsDeps {
  readonly clock: Clock;
  readonly keys: Keys;
  readonly log: Log;
}

const SIZE = 4 * 1024 * 1024;
/** How long the database may take before a removal is written down here. */
const PATIENCE_MS = 3_000;
const AGAIN_MS = 250;

/** Opens what was kept. Settle it before anybody is served. */
export async function openRemovals(place: RemovalsPlace, deps: RemovalsDeps): Promise<Removals> {
  const { path, instance, head } = place;
  const sign = (parts: readonly string[]): string => deps.keys.sign('removal', [instance, ...parts]);
  const { file, records, flaw } = await openChainedFile({ path, size: SIZE, sign, head });
  const pending = unsettledOf(records).map(({ act }) => fromKept(act));
  const removals = new Removals({ file, flaw, pending, place }, deps);
  if (flaw !== undefined) deps.log.error({ path, flaw }, 'the file of removals is not as this hub left it');
  return removals;
}

/** The removals of this hub that are not in the database yet. */
export class Removals implements AsyncDisposable {
  /** What is wrong with the file that was found. */
  readonly flaw: ChainFlaw | undefined;
  readonly #file: ChainedFile;
  readonly #keepHead: RemovalsPlace['keepHead'];
  /** The operator takes for granted what the file lacks: it is put aside once what it has is done. */
  #isToReplace: boolean;
  /** What is done is taken out of it. */
  readonly #clears: boolean;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #ended = new Ended();
  readonly #listeners: (() => void)[] = [];
  #pending: readonly TakenRemoval[] = [];
  #timer: NodeJS.Timeout | undefined;
  #settling: Promise<void> | undefined;

  constructor(
    found: {
      readonly file: ChainedFile;
      readonly place: Pick<RemovalsPlace, 'keepHead' | 'acceptLoss'>;
      readonly flaw: ChainFlaw | undefined;
      readonly pending: readonly TakenRemoval[];
    },
    { clock, log }: RemovalsDeps,
  ) {
    this.#file = found.file;
    this.#keepHead = found.place.keepHead;
    this.flaw = found.flaw;
    this.#isToReplace = found.flaw !== undefined && found.place.acceptLoss;
    this.#clears = found.flaw === undefined || found.place.acceptLoss;
    this.#clock = clock;
    this.#log = log;
    for (const taken of found.pending) this.#count(taken);
  }

  /** How many wait for the database. */
  get waiting(): number {
    return this.#pending.length;
  }

  /** Whether somebody ended the token with this id here; one that was found is known by its digest alone. */
  endsTokenId(id: Id): boolean {
    return this.#ended.tokens.has(id);
  }

  /** Whether somebody ended this token here. */
  endsToken({ id, digest }: { readonly id: Id; readonly digest: Sha256 }): boolean {
    return this.endsTokenId(id) || this.ends(digest);
  }

  /** Whether somebody ended here what has this digest: a token that was found, or a session. */
  ends(digest: Sha256): boolean {
    return this.#ended.digests.has(digest);
  }

  /** Whether the user of this name was disabled here. */
  endsUser(name: string): boolean {
    return this.#ended.users.has(keyOf(name));
  }

  /** Whether all sessions of the user of this name were ended here. */
  endsSessionsOf(name: string): boolean {
    return this.#ended.sessionsOf.has(keyOf(name));
  }

  /** Whether the Space of this full name was paused here. */
  pausesSpace(name: string): boolean {
    return this.#ended.spaces.has(keyOf(name));
  }

  /** Whether something was taken here from a user or a token: what they may do is known once that is done. */
  changes({ user, token }: { readonly user: string; readonly token?: Id }): boolean {
    return this.#ended.changed.has(keyOf(user)) || (token !== undefined && this.#ended.changed.has(token));
  }

  /** Calls the listener whenever a removal was taken. */
  onTaken(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Does it in the database, or takes it here where that is away or does not answer. True when it is done, false when it is
   * taken. Rejects with what the work rejects with, and with `removal.not-kept`.
   */
  async doOrTake(work: () => Promise<unknown>, removal: Removal, asker: Asker): Promise<boolean> {
    const late = Promise.withResolvers<false>();
    const timer = setTimeout(() => late.resolve(false), PATIENCE_MS);
    try {
      if (await Promise.race([work().then(() => true), late.promise])) return true;
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
    } finally {
      clearTimeout(timer);
    }
    await this.#take({ removal, at: this.#clock.now() }, asker);
    return false;
  }

  /** Begins to do what was taken as soon as the database answers. */
  start(work: DoRemoval): void {
    this.#timer = setInterval(() => {
      if (this.#pending.length > 0)
        void this.settle(work).catch((err: unknown) => {
          if (!isDatabaseAway(err))
            this.#log.error({ err }, 'a removal could not be done; it is tried again');
        });
    }, AGAIN_MS);
    this.#timer.unref();
  }

  /** Does all that was taken. Rejects where the database is away; doing one again changes nothing more. */
  async settle(work: DoRemoval): Promise<void> {
    this.#settling ??= this.#settle(work).finally(() => {
      this.#settling = undefined;
    });
    await this.#settling;
  }

  async #settle(work: DoRemoval): Promise<void> {
    const all = this.#pending;
    if (all.length === 0 && !this.#isToReplace) return;
    for (const taken of all) await work(taken);
    if (all.length > 0)
      this.#log.info(
        { removals: all.length },
        'removals that were taken without the database are done and recorded',
      );
    // What was found flawed stays as it is, to be looked at.
    if (this.#isToReplace) await this.#replace();
    else if (this.#clears) await this.#clear(all.length);
    this.#pending = this.#pending.slice(all.length);
    if (this.#pending.length > 0) return;
    this.#ended.clear();
  }

  // Nothing was added to it: to a flawed file nothing is written.
  async #replace(): Promise<void> {
    await this.#keepHead(await this.#file.replace());
    this.#isToReplace = false;
  }

  async #clear(done: number): Promise<void> {
    if (!(await this.#file.isWhole()))
      this.#log.error(
        {},
        'the file of removals was changed while the hub ran; what it took is done all the same',
      );
    // What came in meanwhile stays in the file; its turn comes with the next round.
    if (this.#pending.length === done) await this.#keepHead(await this.#file.restart());
  }

  async #take(taken: TakenRemoval, asker: Asker): Promise<void> {
    // Nobody fills memory or disk with what they made up.
    if (!hasRoom(this.#file.share, asker)) throw removalNotKept('no room');
    // In memory first: it counts here whatever becomes of the disk.
    this.#count(taken);
    for (const listener of this.#listeners) listener();
    const head = await this.#file.append(toKept(taken)).catch((error: unknown) => {
      throw removalNotKept(error);
    });
    await this.#keepHead(head);
  }

  #count(taken: TakenRemoval): void {
    this.#pending = [...this.#pending, taken];
    this.#ended.add(taken.removal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#settling?.catch(() => undefined);
    await this.#file[Symbol.asyncDispose]();
  }
}
