// Orders entries and signs what it ordered, round after round. Signs nothing that does not continue what it signed.
import { setTimeout as delay } from 'node:timers/promises';
import { type Clock } from '@holdfast/kernel/clock';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Log } from '@holdfast/platform/log';
import { type NotaryStart } from '@holdfast/supervisor/settings';
import { type Checkpoint, originOf, signCheckpoint } from './checkpoint.ts';
import { type Cut } from './cut.ts';
import { cutOff } from './cutting.ts';
import { MIDDLE_DEPTH } from './heads/top.ts';
import { verifierOf, withSignatures } from './note.ts';
import { type LastSigned, type OwnFolder } from './own-folder.ts';
import { type Places } from './places.ts';
import { OrderWriter } from './order-store.ts';
import { changedAt, refusalOf, withoutEpoch } from './refusals.ts';
import { areHeadsWhole, HeadsChanged, takeWaiting, TreeMoved } from './round.ts';
import { examine, type Known, type Refusal, type Standing } from './standing.ts';
import { TreeReader } from './tree-store.ts';
import { hasWaiting } from './waiting-store.ts';
import { type Witnesses } from './witnesses.ts';

/** From the begin of one look for something new to the next, if it does not take longer: entries are signed within 100 ms. */
const PAUSE_MS = 50;
/** After a database that did not answer. */
const TROUBLE_MS = 1_000;
/** Between two looks at a tree that nobody continues. */
const LOOK_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What is younger is cut off for nobody. The database holds the notary to it, and the notary who rules the database. */
const LEAST_DAYS = 30;

type OpenTold = Pick<NotaryStart['settings'], 'acceptLoss' | 'restored' | 'goesOn'>;

/** What the notary works with. */
export interface NotaryDeps {
  readonly db: Db;
  readonly folder: OwnFolder;
  readonly places: Places;
  readonly witnesses: Witnesses;
  readonly log: Log;
  readonly clock: Clock;
  /** For how many days entries are kept; `null`: for ever. */
  readonly keepDays: number | null;
  /** Told when an endpoint that did not tell at the start which checkpoint it has last did so, and all was well. */
  readonly onTold?: () => void;
}

/** How a start went: `sealed` when the database lacks what was signed, `lost` when the operator took that for granted. */
export interface Opened {
  readonly notary: Notary | undefined;
  /** Whether there is an endpoint for checkpoints, and it did not tell which it has last. */
  readonly silent: boolean;
  readonly sealed: Refusal | undefined;
  readonly lost: Refusal | undefined;
}

/** The notary at work. */
export class Notary {
  readonly #deps: NotaryDeps;
  readonly #known: Known;
  #standing: Standing;
  /** Whether there is something that no checkpoint covers. */
  #owes: boolean;
  /** When to look for something that is older than is kept. */
  #cutAt = 0;
  /** When to look whether the tree is still there. */
  #lookAt = 0;
  /** What the endpoint told at last, until it is compared. */
  #late: readonly Checkpoint[] | undefined;

  private constructor(deps: NotaryDeps, known: Known, standing: Standing) {
    this.#deps = deps;
    this.#known = known;
    this.#standing = standing;
    this.#owes = standing.edge.size > 0;
  }

  /**
   * Compares the database with what was signed. `acceptLoss` begins a new epoch where entries are missing: a log of
   * another origin, so that nobody who kept a checkpoint overlooks it. So does one that was `restored` although nothing is
   * missed: with a record as old as the database, what was signed since would be signed once more, and otherwise.
   */
  static async open(deps: NotaryDeps, told: OpenTold): Promise<Opened> {
    const { folder, places, db } = deps;
    const vouched = folder.isNew || told.goesOn;
    const { exported, silent } = await places.readBack(folder.signer, vouched);
    const known = {
      verifier: verifierOf(folder.signer),
      last: folder.last,
      missed: folder.missed.all,
      exported,
    };
    const found = await examineAll(db, known);
    const refusal = refusalOf(found, { ...told, untold: silent && !vouched && exported.length === 0 });
    if (refusal === undefined && !('why' in found)) {
      await fillMiddle(db, found);
      await folder.missed.forget();
      const notary = new Notary(deps, known, found);
      notary.#listen(silent);
      return { notary, silent, sealed: undefined, lost: undefined };
    }
    const sealed = { notary: undefined, silent, sealed: refusal, lost: undefined };
    if (!told.acceptLoss) {
      // Who cannot undo what a place told could still have it tell nothing when the instance starts again.
      await keepMissed(deps, exported);
      return sealed;
    }
    const anew = await examineAll(db, { ...known, last: undefined, missed: [], exported: [] });
    if ('why' in anew) return sealed;
    const standing = { ...anew, epoch: found.epoch + 1 };
    const last = recordOf(standing);
    await folder.write(last);
    await folder.missed.forget();
    // What it had is given up with the rest: else one that was emptied would be silent for ever.
    await places.forgetEndpoint();
    const notary = new Notary(deps, { ...known, last, missed: [], exported: [] }, standing);
    notary.#listen(silent);
    return { notary, silent, sealed: undefined, lost: refusal };
  }

  // An endpoint that did not tell what it has gets nothing until that was compared.
  #listen(silent: boolean): void {
    const { places, witnesses, folder } = this.#deps;
    places.onAnswer(async (note, answer) => await this.#keepSignatures(note, answer));
    witnesses.onAnswer(async (note, answer) => await this.#keepSignatures(note, answer));
    if (!silent) {
      places.openEndpoint();
      return;
    }
    void places.untilTold(folder.signer).then((exported) => {
      this.#late = exported;
    });
  }

  // They are for who checks an export; the notary goes on without them.
  async #keepSignatures(note: string, answer: string): Promise<void> {
    const { db, log } = this.#deps;
    const gather = (kept: string): string | undefined => withSignatures(kept, answer, this.#known.verifier);
    if (gather(note) === undefined) return;
    try {
      await db.transaction(async (tx) => await new OrderWriter(tx).putSigned(note, gather));
    } catch (err) {
      log.warn({ err }, 'the signatures of witnesses under a checkpoint could not be kept');
    }
  }

  /** Works until it is told to stop, or until what it signed is not there any more: then it returns why. */
  async run(signal: AbortSignal): Promise<Refusal | undefined> {
    while (!signal.aborted) {
      if (this.#deps.clock.now().getTime() >= this.#cutAt) await this.#tryCut();
      const began = performance.now();
      const next = await this.#tryRound();
      if (typeof next !== 'number') return next;
      const left = Math.max(0, next - (performance.now() - began));
      await delay(left, undefined, { signal }).catch(() => undefined);
    }
    // The hub has ended by now; what it recorded last shall not wait for the next start.
    await this.round().catch((err: unknown) => this.#deps.log.warn({ err }, 'the last round failed'));
    return undefined;
  }

  // Gives how long to pause, or why there will be no other round.
  async #tryRound(): Promise<number | Refusal> {
    try {
      await this.round();
      await this.#look();
      return (await this.#hearLate()) ?? PAUSE_MS;
    } catch (err) {
      if (err instanceof HeadsChanged) return changedAt(this.#standing);
      if (err instanceof TreeMoved) return await this.#tryReopen();
      this.#deps.log.warn({ err }, 'a round failed; it is tried again');
      return TROUBLE_MS;
    }
  }

  /** Orders and signs all that waits as it begins. What comes meanwhile is for the next: signed by the handful, each costs more. */
  async round(): Promise<void> {
    const { db, log } = this.#deps;
    for (let more = await hasWaiting(db); more;) {
      const taken = await db.transaction(async (tx) => await takeWaiting(tx, this.#standing));
      if (taken === undefined) break;
      this.#standing.top.set(taken.buckets);
      this.#standing = { ...this.#standing, edge: taken.edge };
      this.#owes = true;
      for (const flaw of taken.flaws)
        log.error({ flaw }, 'the ledger was tampered with before this entry was ordered');
      await this.#sign();
      more = taken.leaves;
    }
    if (this.#owes) await this.#sign();
  }

  /** Cuts off, piece by piece, what is older than is kept. Throws `CutRefused`. */
  async cut(): Promise<void> {
    const { db, folder, clock, keepDays } = this.#deps;
    if (keepDays === null) return;
    const now = clock.now().getTime();
    const [before, young] = [now - keepDays * DAY_MS, now - LEAST_DAYS * DAY_MS];
    for (;;) {
      const last = recordOf(this.#standing);
      const wish = {
        ...{ cut: this.#standing.cut, before, young, verifier: this.#known.verifier },
        // On disk before it is in the database: after a crash in between, either one may be there.
        announce: async (next: Cut) => await folder.write({ ...last, cuts: [...last.cuts, next] }),
      };
      const cut = await db.transaction(async (tx) => await cutOff(tx, wish));
      if (cut === undefined) return;
      this.#standing = { ...this.#standing, cut };
      await this.#sign();
    }
  }

  async #tryCut(): Promise<void> {
    const { clock, log } = this.#deps;
    this.#cutAt = clock.now().getTime() + HOUR_MS;
    try {
      await this.cut();
    } catch (err) {
      log.error({ err }, 'nothing more is cut off the ledger; it is tried again in an hour');
    }
  }

  // Own record first: after a crash in between, it is never behind what left.
  async #sign(): Promise<void> {
    const { folder, places, witnesses, clock, db } = this.#deps;
    const last = recordOf(this.#standing);
    await folder.write(last);
    const time = clock.now().toISOString();
    const { size } = last;
    const note = signCheckpoint(
      { ...last, origin: originOf(folder.signer.name, last.epoch), cut: this.#standing.cut, time },
      folder.signer,
    );
    await db.transaction(async (tx) => await new OrderWriter(tx).putCheckpoint(time, { size, note }));
    this.#owes = false;
    places.offer(note);
    witnesses.offer(note);
  }

  // A database that was put back has nothing to order, and its hub would serve until the next act. A larger tree is another
  // notary's, and is looked at when this one goes on.
  async #look(): Promise<void> {
    const { clock, db } = this.#deps;
    if (clock.now().getTime() < this.#lookAt) return;
    this.#lookAt = clock.now().getTime() + LOOK_MS;
    const { size, root, heads } = await new TreeReader(db).getTree();
    const { edge, top } = this.#standing;
    if (size > edge.size) return;
    if (size < edge.size || !root.equals(edge.root()) || !heads.equals(top.root()))
      throw new TreeMoved('the tree was put back, or is another one');
  }

  // What an endpoint tells late is held against the tree as at a start; until then nothing was sent there.
  async #hearLate(): Promise<Refusal | undefined> {
    const exported = this.#late;
    if (exported === undefined) return undefined;
    const refusal = await this.#reopen({ ...this.#known, exported });
    this.#late = undefined;
    if (refusal !== undefined) {
      await keepMissed(this.#deps, exported);
      return refusal;
    }
    this.#deps.places.openEndpoint();
    this.#deps.onTold?.();
    return undefined;
  }

  // Another notary of this database may have gone on; what it made must continue what was signed here.
  async #tryReopen(): Promise<number | Refusal> {
    try {
      const refusal = await this.#reopen(this.#known);
      if (refusal !== undefined) return refusal;
    } catch (err) {
      this.#deps.log.warn({ err }, 'the tree could not be looked at; it is tried again');
    }
    return TROUBLE_MS;
  }

  async #reopen(known: Known): Promise<Refusal | undefined> {
    const { db, folder } = this.#deps;
    const own = recordOf(this.#standing);
    // The other one may have cut as well.
    const cuts = [...own.cuts, ...((await folder.read())?.cuts ?? [])];
    const found = await examine(db, { ...known, last: { ...own, cuts } });
    if ('why' in found) return withoutEpoch(found);
    this.#standing = found;
    this.#owes = true;
    return undefined;
  }
}

// The seal does not wait for it: a disk that is full must not have the instance go on.
async function keepMissed({ folder, log }: NotaryDeps, told: readonly Checkpoint[]): Promise<void> {
  try {
    await folder.missed.note(told);
  } catch (err) {
    log.error({ err }, 'what a place told could not be kept beside the key: the next start asks it again');
  }
}

type Signed = Required<LastSigned> & { readonly heads: Buffer };

function recordOf({ epoch, edge, top, cut }: Standing): Signed {
  return { epoch, size: edge.size, root: edge.root(), heads: top.root(), cuts: [cut] };
}

// The heads that the next round continues are held against the map as well; the others when their turn comes.
async function examineAll(db: Db, known: Known): ReturnType<typeof examine> {
  const found = await examine(db, known);
  if ('why' in found || (await db.transaction(async (tx) => await areHeadsWhole(tx, found.top))))
    return found;
  return { ...changedAt(found), epoch: found.epoch };
}

// What the map has at half its depth can always be computed from below, and is for databases from before it was kept.
async function fillMiddle(db: Db, { edge, top }: Standing): Promise<void> {
  await db.transaction(async (tx) => {
    const writer = new OrderWriter(tx);
    if ((await writer.lockTree()).size === edge.size) await writer.map.putMiddle(top.nodesAt(MIDDLE_DEPTH));
  });
}
