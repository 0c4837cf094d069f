// Reads all stored bytes again, a few at a time, and tells of damage. Invariants: it never removes anything; it goes on
// where it was after a restart; it reads no faster than it may, so that who waits for an answer does not notice.
import { setTimeout as delay } from 'node:timers/promises';
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Log } from '@holdfast/platform/log';
import { type ObjectStore } from '@holdfast/platform/objects/store';
import { type Db } from '@holdfast/platform/postgres/database';
import { isCorrupted } from '@holdfast/platform/postgres/faults';
import { type FlawedObject } from '#modules/git';
import { record } from '#modules/ledger';
import {
  findPlace,
  listDamage,
  listHeld,
  listOwners,
  putDamage,
  putPlace,
  removeDamage,
  type Owner,
} from './damage-store.ts';
import { rereadGit } from './git-reread.ts';
import {
  nextPhase,
  pauseFor,
  placeFor,
  type Damage,
  type DamagedKind,
  type Flaw,
  type ScrubPlace,
  type StoredKind,
} from './model.ts';
import { type OnBytes, type StoredCheck } from './stored-check.ts';

/** The queue task of a turn. Worth running every ten minutes. */
export const SCRUB_TASK = 'upkeep:scrub';

/** What it needs. */
export interface ScrubDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error' | 'info'>;
  readonly store: ObjectStore;
  readonly check: StoredCheck;
  /** Bytes a second. */
  readonly rate: number;
}

/** Damage, with up to twenty of the files that need what is damaged. */
export interface OwnedDamage extends Damage {
  readonly owners: readonly Owner[];
}

const TURN_MS = 8 * 60_000;
const MOST_OWNERS = 20;
/** How often the place is written down. */
const NOTE_MS = 2_000;

/** Looks the store through. */
export class Scrub {
  readonly #deps: ScrubDeps;
  #damaged = 0;

  constructor(deps: ScrubDeps) {
    this.#deps = deps;
  }

  /** How much was damaged when this process last looked. */
  get damaged(): number {
    return this.#damaged;
  }

  /** All damage that is known, with who needs it. */
  async listDamage(): Promise<OwnedDamage[]> {
    const { db } = this.#deps;
    const damage = await listDamage(db);
    this.#damaged = damage.length;
    const owned: OwnedDamage[] = [];
    for (const one of damage) owned.push({ ...one, owners: await listOwners(db, one, MOST_OWNERS) });
    return owned;
  }

  /** One turn of some minutes of the pass that is due, if one is. Returns whether there is more to do. */
  async run(signal?: AbortSignal): Promise<boolean> {
    const hasMore = await this.#turn(signal);
    this.#damaged = (await listDamage(this.#deps.db)).length;
    return hasMore;
  }

  async #turn(signal: AbortSignal | undefined): Promise<boolean> {
    const { db, clock } = this.#deps;
    const until = clock.now().getTime() + TURN_MS;
    let place = placeFor(await findPlace(db), clock.now());
    while (place !== undefined && place.endedAt === null) {
      const reached = await this.#lookIfListed(place, { until, signal });
      if (reached !== undefined) return true;
      place = nextPhase(place, clock.now());
      await this.#note(place);
    }
    return false;
  }

  /** Looks at one object or pack, and notes what is found. */
  async inspect(kind: StoredKind, name: Sha256, onBytes?: OnBytes): Promise<Flaw | undefined> {
    const flaw = await this.#deps.check.read(kind, name, onBytes ?? (() => this.#nothing()));
    await this.#settle(kind, name, flaw);
    return flaw;
  }

  /** Reads all git objects of a repository again, and notes what is found. */
  async *inspectGit(repoId: Id): AsyncGenerator<FlawedObject> {
    for await (const { found, flawed } of rereadGit(this.#deps.db, { repoId })) {
      for (const { name, flaw } of found) await this.#settle('git-object', name, flaw);
      yield* flawed;
    }
  }

  // Pages of the table itself are broken: what is behind them is not looked at in this pass, and the passes go on.
  async #lookIfListed(
    place: ScrubPlace,
    on: { readonly until: number; readonly signal: AbortSignal | undefined },
  ): Promise<ScrubPlace | undefined> {
    try {
      return await this.#look(place, on);
    } catch (err) {
      if (!isCorrupted(err)) throw err;
      const { phase } = place;
      this.#deps.log.error(
        { err, phase },
        'the database cannot list what is to be read again: restore it from a backup',
      );
      return undefined;
    }
  }

  /** Goes through one phase from its place on; the place it came to when time was up, `undefined` at the end. */
  async #look(
    place: ScrubPlace,
    on: { readonly until: number; readonly signal: AbortSignal | undefined },
  ): Promise<ScrubPlace | undefined> {
    const { clock } = this.#deps;
    let noted = clock.now().getTime();
    for await (const name of this.#steps(place, on.signal)) {
      const reached = { ...place, passed: name };
      const now = clock.now().getTime();
      const isOver = now >= on.until || on.signal?.aborted === true;
      if (isOver || now - noted >= NOTE_MS) await this.#note(reached);
      if (isOver) return reached;
      if (now - noted >= NOTE_MS) noted = now;
    }
    return undefined;
  }

  /** Looks at what follows the place; gives each name up to which all was looked at. */
  async *#steps(place: ScrubPlace, signal: AbortSignal | undefined): AsyncGenerator<string> {
    const { db, check } = this.#deps;
    const onBytes = this.#pacer(signal);
    if (place.phase === 'git-objects') {
      for await (const { upTo, found, bytes } of rereadGit(db, { after: place.passed })) {
        for (const { name, flaw } of found) await this.#settle('git-object', name, flaw);
        await onBytes(bytes);
        if (upTo !== undefined) yield upTo;
      }
      return;
    }
    for await (const { kind, name } of this.#names(place)) {
      if (place.phase === 'objects' || place.phase === 'packs') await this.inspect(kind, name, onBytes);
      else {
        const flaw = await check.look(kind, name);
        if (flaw !== undefined) await this.#settle(kind, name, flaw);
      }
      yield name;
    }
  }

  async *#names({ phase, passed }: ScrubPlace): AsyncGenerator<{ kind: StoredKind; name: Sha256 }> {
    const { db, store } = this.#deps;
    const kind = phase === 'objects' || phase === 'held-objects' ? 'object' : 'pack';
    if (phase === 'objects' || phase === 'packs') {
      const after = passed === '' ? undefined : (passed as Sha256);
      const list = phase === 'objects' ? store.list(after) : store.packs.list(after);
      for await (const { sha256 } of list) yield { kind, name: sha256 };
      return;
    }
    for (let after: string = passed; ;) {
      const names = await listHeld(db, kind, after);
      for (const name of names) yield { kind, name };
      const last = names.at(-1);
      if (last === undefined) return;
      after = last;
    }
  }

  #pacer(signal: AbortSignal | undefined): OnBytes {
    const { clock, rate } = this.#deps;
    let since = clock.now().getTime();
    return async (bytes) => {
      const pause = pauseFor(bytes, { elapsed: clock.now().getTime() - since, rate });
      // Told to end, it ends what it reads without waiting.
      if (pause > 0 && signal?.aborted !== true) await delay(pause, undefined, { ref: false });
      since = clock.now().getTime();
    };
  }

  async #nothing(): Promise<void> {
    await Promise.resolve();
  }

  async #note(place: ScrubPlace): Promise<void> {
    await this.#deps.db.transaction((tx) => putPlace(tx, place));
  }

  async #settle(kind: DamagedKind, name: string, flaw: Flaw | undefined): Promise<void> {
    const { db, clock, log } = this.#deps;
    const owners = flaw === undefined ? [] : await listOwners(db, { kind, name }, MOST_OWNERS);
    const isNews = await db.transaction(async (tx) => {
      const changed =
        flaw === undefined
          ? await removeDamage(tx, kind, name)
          : await putDamage(tx, { kind, name, flaw }, clock.now());
      if (changed)
        await record(tx, {
          kind: flaw === undefined ? 'store.mended' : 'store.damaged',
          subject: `${kind}:${name}`,
          actor: 'system:scrub',
          credential: '',
          body: { ...(flaw !== undefined && { flaw }), repos: [...new Set(owners.map((one) => one.repoId))] },
        });
      return changed;
    });
    if (flaw !== undefined) log.error({ kind, name, flaw, owners }, 'stored bytes are damaged');
    else if (isNews) log.info({ kind, name }, 'damaged bytes are whole again, or gone');
  }
}
