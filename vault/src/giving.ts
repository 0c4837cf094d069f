// Gives doors of runs that live their values: the next one in the place of one that was replaced, and all again after a time in which
// they overwrote them. Invariant: a value that was recorded for a door leaves once its release is found below a signed checkpoint, and
// not before, in whatever vault that is found.
import { setTimeout as delay } from 'node:timers/promises';
import { type NoteVerifier } from '@holdfast/notary/note';
import { arrive, expectNext, isWaitedFor, SPARED_MS } from './coming.ts';
import { type DoorWords } from './door-words.ts';
import { type Ground } from './ground.ts';
import { type WrittenEntry } from './ledger-store.ts';
import { allOf, idsOf, type Coming, type Lease } from './lease.ts';
import { type KeptVersion } from './model.ts';
import { type Living } from './possession.ts';
import { recordOfRun } from './run-entry.ts';
import { holdMore, noteSigned } from './run-seal.ts';
import { isSigned } from './signed.ts';
import { readUnderKey, type UnderKey } from './values.ts';

/** How often it is looked whether the notary has signed, while somebody waits for it, in milliseconds. */
const POLL_MS = 10;

/** What giving needs. */
export interface GivingDeps {
  readonly ground: Ground;
  /** Whom to believe that something is signed. */
  readonly verifier: NoteVerifier;
  readonly words: DoorWords;
  readonly leases: ReadonlyMap<string, Lease>;
  /** A door uses these no more, and hears so at once. */
  readonly revoke: (lease: Lease, versions: readonly string[]) => void;
}

/** Gives. */
export class Giving {
  readonly #deps: GivingDeps;
  #isGiving = false;

  constructor(deps: GivingDeps) {
    this.#deps = deps;
  }

  /**
   * A version was set: doors that had the one before get it in its place once that is signed, and go on with what is under way with
   * that one where there is an overlap. Waits for as long as the one before may go on; what is signed later is given later.
   */
  async replace(space: string, version: KeptVersion, overlap: number): Promise<void> {
    if (version.way !== 'brokered') return;
    const now = this.#deps.ground.clock.now().getTime();
    // All in one step: while one is recorded, no other loses the value before.
    const waiting = [...this.#deps.leases.values()].filter(
      (lease) => lease.space === space && expectNext(lease, { version, overlap }, now),
    );
    await Promise.all(waiting.map(async (lease) => await this.#record(lease, version)));
    const isComing = (lease: Lease): boolean =>
      this.#lives(lease) && lease.coming.get(version.name)?.version.id === version.id;
    const giveUp = performance.now() + SPARED_MS;
    for (let left = waiting.filter(isComing); left.length > 0; left = left.filter(isComing)) {
      if (performance.now() >= giveUp) break;
      for (const lease of left) await this.#giveSigned(lease);
      await delay(POLL_MS);
    }
  }

  async #record(lease: Lease, version: KeptVersion): Promise<void> {
    const { ground, revoke } = this.#deps;
    const { id, name } = version;
    const { run } = lease;
    try {
      const [entry] = await recordOfRun(ground, lease, {
        ...{ version: id, kind: 'secret.released', body: { holder: 'door' } },
        change: async (tx) => {
          const placeholder = lease.placeholders.get(name) ?? null;
          await holdMore(tx, ground, { run, version: id, holder: 'door', placeholder, signed: false });
        },
      });
      const coming = lease.coming.get(name);
      if (coming?.version.id === id) lease.coming.set(name, { ...coming, entry });
    } catch (error) {
      ground.log.error({ err: error, run }, 'a door did not get the value in the place of the one before');
      // One that was sealed meanwhile has been told that it may use nothing.
      if (this.#lives(lease)) revoke(lease, idsOf(allOf(lease).filter((one) => one.name === name)));
    }
  }

  /**
   * Notes which releases of what is on record for a door are found signed. A vault that was killed before it had given something does not
   * know; what was deleted before it was signed is never found. True where there is any.
   */
  async settle(run: string, versions: readonly string[]): Promise<boolean> {
    const signed: string[] = [];
    for (const entry of await this.#deps.ground.ledger.listReleases(run, versions))
      if (await this.#isSigned(run, entry)) signed.push(entry.subject.replace('secret:', ''));
    if (signed.length > 0) await this.#noteSigned(run, signed);
    return signed.length > 0;
  }

  // An entry that is not there as it was written, or of which nothing can be told just then, gives nobody anything.
  async #isSigned(run: string, entry: WrittenEntry): Promise<boolean> {
    const { ground, verifier } = this.#deps;
    try {
      return await isSigned(ground.ledger, verifier, entry);
    } catch (err) {
      ground.log.warn({ err, run }, 'it is not known whether a release is signed');
      return false;
    }
  }

  /** What is on record for a door and not signed yet, by name. What is on no record any more is not coming. */
  async findComing({ run, brokered, coming = [] }: Living): Promise<Map<string, Coming>> {
    const { ledger, log } = this.#deps.ground;
    const found = new Map<string, Coming>();
    if (coming.length === 0) return found;
    const entries = await ledger.listReleases(run, idsOf(coming.map(({ version }) => version)));
    for (const { version } of coming) {
      const entry = entries.find(({ subject }) => subject === `secret:${version.id}`);
      const before = brokered.find((one) => one.version.name === version.name)?.version.liveUntil;
      const until = before?.getTime() ?? 0;
      const overlap = Math.max(0, (until - version.createdAt.getTime()) / 1_000);
      if (entry !== undefined) found.set(version.name, { version, entry, overlap, until });
      else
        log.error(
          { run, version: version.id },
          'a release is not on the ledger any more: nothing is given for it',
        );
    }
    return found;
  }

  /** Whether a door may still be given anything: its run has not ended, and the vault was not sealed. */
  #lives(lease: Lease): boolean {
    return this.#deps.leases.get(lease.run) === lease;
  }

  // What cannot be told now is told at the next pulse.
  async #giveSigned(lease: Lease): Promise<void> {
    const { ground } = this.#deps;
    try {
      const signed: Coming[] = [];
      for (const one of lease.coming.values())
        if (one.entry !== undefined && (await this.#isSigned(lease.run, one.entry))) signed.push(one);
      if (signed.length === 0) return;
      // A grant is all that a door has: one would take what another secret goes on with until its next value is there.
      const now = ground.clock.now().getTime();
      if ([...lease.coming.values()].some((one) => !signed.includes(one) && isWaitedFor(one, now))) return;
      await this.#inTurn(lease, async () => await this.#grantAnew(lease, signed));
      await this.#noteSigned(lease.run, idsOf(signed.map(({ version }) => version)));
    } catch (err) {
      ground.log.warn(
        { err, run: lease.run },
        'a door did not get the value in the place of the one before yet',
      );
    }
  }

  // So that it is not looked for once it is cut off the ledger. Where this cannot be noted, it is looked for.
  async #noteSigned(run: string, versions: readonly string[]): Promise<void> {
    const { ground } = this.#deps;
    await ground.db.transaction(async (tx) => await noteSigned(tx, ground, { run, versions }));
  }

  // One grant after the other: each has all that its door may use by then.
  async #inTurn(lease: Lease, give: () => Promise<void>): Promise<void> {
    const turn = lease.replacing.then(give);
    lease.replacing = turn.catch(() => undefined);
    await turn;
  }

  // Since they were read, values may have been encrypted under another key; what was taken away meanwhile stays away.
  async #grantAnew(lease: Lease, signed: readonly Coming[] = []): Promise<void> {
    const { words, revoke } = this.#deps;
    const ids = idsOf([...lease.versions, ...signed.map(({ version }) => version)]);
    const { read: kept, key } = await this.read(lease.space, ids);
    if (!this.#lives(lease)) return;
    for (const one of signed) arrive(lease, one, kept);
    lease.versions = kept.filter(({ id }) => lease.versions.some((one) => one.id === id));
    try {
      words.grant(lease, key);
    } catch (error) {
      // One does not open: the door has not what is said to have come.
      revoke(lease, idsOf(signed.map(({ version }) => version)));
      throw error;
    }
  }

  /** Versions, with the key of their Space. */
  async read(space: string, ids: readonly string[]): Promise<UnderKey<KeptVersion[]>> {
    return await readUnderKey(this.#deps.ground, space, async (reader) => await reader.listVersions(ids));
  }

  /** Gives what is owed: what was signed meanwhile, and what doors have overwritten. One call at a time does anything. */
  async give(): Promise<void> {
    if (this.#isGiving) return;
    this.#isGiving = true;
    // One after the other: a database that has just come back has words for all doors to give first.
    for (const lease of this.#deps.leases.values()) {
      if (lease.coming.size > 0) await this.#giveSigned(lease);
      if (lease.owed > 0) await this.#giveOwed(lease);
    }
    this.#isGiving = false;
  }

  async #giveOwed(lease: Lease): Promise<void> {
    try {
      await this.#inTurn(lease, async () => await this.#grantAnew(lease));
      lease.owed = 0;
    } catch (err) {
      lease.owed -= 1;
      this.#deps.ground.log.warn({ err, run: lease.run }, 'a door did not get back what it may use');
    }
  }
}
