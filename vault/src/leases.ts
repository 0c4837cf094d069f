// What doors may use while their runs live. Each is told twice a second which versions it may use, and asks before it uses one on
// a route; the entry that allows so many uses stands on the ledger before it is answered. Invariant: a version that is revoked
// or expired is in no word after that; one that was replaced is until the next one is signed, or for some seconds at most.
import { openSealing } from '@holdfast/kernel/sealing';
import { DOOR_TO_VAULT, DoorWord, VAULT_TO_DOOR } from '@holdfast/door/run/lease';
import { type NoteVerifier } from '@holdfast/notary/note';
import { Allowance } from './allowance.ts';
import { forget, overdueOf } from './coming.ts';
import { DoorWords, refusalTo } from './door-words.ts';
import { Giving } from './giving.ts';
import { type Ground } from './ground.ts';
import { type ToRunner } from './frames.ts';
import { allOf, idsOf, LEASE, usesNext, wayOf, type Lease } from './lease.ts';
import { isLive, type KeptVersion } from './model.ts';
import { type Owed } from './owed.ts';
import { type Brokered, type Living } from './possession.ts';
import { CHANGED_MEANWHILE, VaultRefusal } from './refusal.ts';
import { requireFlying } from './releases.ts';
import { noteEcho, recordOfRun, type EchoWord } from './run-entry.ts';
import { RunGone } from './run-seal.ts';
import { RunReader, RunWriter } from './run-store.ts';
import { SecretReader, SecretWriter } from './secret-store.ts';
import { type Flight } from './turns.ts';

/** Words of one door at once, and a second: an app with some ten thousand calls a second asks four times. */
const WORDS = { most: 400, perSecond: 60 };
/** How often doors hear from the vault, in milliseconds. */
const PULSE_MS = 500;
/** After so long doors are given back what they may have overwritten: they do so after thirty seconds without a word. */
const FORGOTTEN_MS = 25_000;
/** How often that is tried for one door: a row that does not open is no reason to try for ever. */
const TRIES = 100;

/** The leases of all doors. */
export class Leases implements Disposable {
  readonly #ground: Ground;
  readonly #owed: Owed;
  readonly #words: DoorWords;
  readonly #giving: Giving;
  readonly #leases = new Map<string, Lease>();
  readonly #timer: NodeJS.Timeout;
  readonly #spoken = new Allowance(WORDS.most, WORDS.perSecond);
  #isLooking = false;
  /** When doors were told last what they may use. */
  #toldAt: number;

  // oxlint-disable-next-line max-params -- the ground, what is owed, whom to believe, and how doors are told
  constructor(ground: Ground, owed: Owed, verifier: NoteVerifier, tell: (frame: ToRunner) => void) {
    this.#ground = ground;
    this.#owed = owed;
    this.#words = new DoorWords(ground.log, tell);
    const revoke = (lease: Lease, versions: readonly string[]): void => this.#revokeIn(lease, versions);
    this.#giving = new Giving({ ground, verifier, words: this.#words, leases: this.#leases, revoke });
    this.#toldAt = ground.clock.now().getTime();
    this.#timer = setInterval(() => void this.#pulse(), PULSE_MS);
  }

  /** How many doors may use something. */
  get size(): number {
    return this.#leases.size;
  }

  /** Whether a run's door may use something. */
  has(run: string): boolean {
    return this.#leases.has(run);
  }

  /** Notes what of that which is on record for a door is found signed. True where that is more than was known. */
  async settle({ run, unsigned = [] }: Living): Promise<boolean> {
    return unsigned.length > 0 && (await this.#giving.settle(run, unsigned));
  }

  /** Grants a door what was released to it. Its box is on its way when this returns. Throws a `VaultRefusal`. */
  async grant(living: Living, flight: Flight): Promise<void> {
    const { run, space, door, brokered, coming = [], lasting = [], ever = [] } = living;
    const { pair } = this.#ground;
    const ids = idsOf(brokered.map(versionOf));
    const awaited = await this.#giving.findComing(living);
    // As they are now: since they were released, they may have been encrypted under another key.
    const { read: versions, key } = await this.#giving.read(space, ids);
    if (versions.length < ids.length) throw new VaultRefusal('failed', CHANGED_MEANWHILE);
    // From here on nothing comes between: what ends the run, or takes a secret away, was heard before or finds the lease.
    requireFlying(flight);
    const lease: Lease = {
      // Numbers go on where a vault before this one ended.
      ...{ run, space, sent: this.#ground.clock.now().getTime(), heard: 0 },
      to: openSealing(pair, door, VAULT_TO_DOOR),
      from: openSealing(pair, door, DOOR_TO_VAULT),
      placeholders: new Map(
        [...brokered, ...coming].map(({ version, placeholder }) => [version.name, placeholder]),
      ),
      ...{ versions, lasting: [...lasting], granted: new Set([...ids, ...ever]) },
      ...{ coming: awaited, missed: new Map(), echoed: new Set() },
      isForged: false,
      ...{ replacing: Promise.resolve(), owed: 0, allowed: new Map() },
    };
    // An empty one, too: a door holds requests back until it knows what it has.
    this.#words.grant(lease, key);
    if (allOf(lease).length > 0) this.#leases.set(run, lease);
  }

  /** The run has ended: its door is allowed nothing more, and what it said before is still heard. */
  end(run: string): void {
    const lease = this.#leases.get(run);
    if (lease === undefined) return;
    lease.versions = lease.lasting = [];
    lease.coming.clear();
    lease.missed.clear();
  }

  /** Nothing of the run is heard any more. */
  drop(run: string): void {
    this.#leases.delete(run);
  }

  /** Of the runs, these alone live. */
  dropAllBut(isLiving: (run: string) => boolean): void {
    for (const run of this.#leases.keys()) if (!isLiving(run)) this.#leases.delete(run);
  }

  /** Nothing is used any more: the vault is sealed. Doors hear so at once. */
  dropAll(): void {
    for (const lease of this.#leases.values())
      this.#words.say(lease, { type: 'alive', versions: [], lasting: [] });
    this.#leases.clear();
  }

  /** Versions are not to be used any more: their doors hear so at once. */
  revoke(versions: readonly string[]): void {
    for (const lease of this.#leases.values()) this.#revokeIn(lease, versions);
  }

  #revokeIn(lease: Lease, versions: readonly string[]): void {
    if (!allOf(lease).some(({ id }) => versions.includes(id))) return;
    lease.versions = lease.versions.filter(({ id }) => !versions.includes(id));
    lease.lasting = lease.lasting.filter(({ id }) => !versions.includes(id));
    for (const [name, { version }] of lease.coming)
      if (versions.includes(version.id)) lease.coming.delete(name);
    this.#words.alive(lease);
  }

  /** No run of the Space uses the secret with this name any more. */
  revokeNamed(space: string, name: string): void {
    for (const lease of this.#leases.values()) {
      if (lease.space !== space) continue;
      lease.missed.delete(name);
      this.revoke(idsOf(allOf(lease).filter((one) => one.name === name)));
    }
  }

  /** No run of the Space uses anything any more. */
  stop(space: string): void {
    for (const lease of this.#leases.values()) {
      if (lease.space !== space) continue;
      lease.missed.clear();
      this.revoke(idsOf(allOf(lease)));
    }
  }

  /** A version was set: doors that had the one before get it in its place, once that is signed. */
  async replace(space: string, next: KeptVersion, overlap: number): Promise<void> {
    await this.#giving.replace(space, next, overlap);
  }

  /** What a door says. What cannot be read, or is older than what was heard, is nobody's word. */
  async hear(run: string, box: string): Promise<void> {
    const lease = this.#leases.get(run);
    if (lease === undefined) return;
    const word = DoorWord.parse(JSON.parse(lease.from.open(box, run).toString('utf8')));
    if (word.number <= lease.heard) return;
    lease.heard = word.number;
    // One app must not keep the ledger from all others. What is not closed counts as used. That it has a value now is heard once in any
    // case: it could spend its words on placeholders in wrong places just before.
    const isFirstEcho =
      word.type === 'echo' && lease.granted.has(word.version) && !lease.echoed.has(word.version);
    if (isFirstEcho) lease.echoed.add(word.version);
    else if (!this.#spoken.take(run, this.#ground.clock.now().getTime())) {
      if (word.type === 'ask') this.#words.say(lease, { ...refusalTo(word), why: 'this app asks too often' });
      return;
    }
    if (word.type === 'ask') await this.#answer(lease, word);
    else if (word.type === 'used') await this.#close(lease, word);
    else await this.#note(lease, word);
  }

  /** Does what a word asks for; `false`: the end of its run came first, which a runner may tell meanwhile. */
  async #unlessGone(act: Promise<unknown>): Promise<boolean> {
    try {
      await act;
      return true;
    } catch (error) {
      if (error instanceof RunGone) return false;
      throw error;
    }
  }

  async #answer(lease: Lease, ask: Extract<DoorWord, { type: 'ask' }>): Promise<void> {
    const version = lease.versions.find(({ id }) => id === ask.version);
    if (
      version === undefined ||
      !isLive(version, this.#ground.clock.now()) ||
      !version.hosts.includes(ask.route.host)
    ) {
      this.#words.say(lease, { ...refusalTo(ask), why: 'the secret may not be used there, or not any more' });
      return;
    }
    const bounds = { ...LEASE, uses: usesNext(lease.allowed, wayOf(ask), performance.now()) };
    const body = { ...ask.route, ask: ask.number, ...bounds };
    const allowing = recordOfRun(this.#ground, lease, {
      ...{ version: version.id, kind: 'secret.lease', body },
      change: async (tx) => {
        const allowed = { version: version.id, uses: bounds.uses };
        if (!(await new RunWriter(tx).openLease(lease.run, ask.number, allowed))) throw new RunGone();
        await new SecretWriter(tx).touch(version.id);
      },
    });
    const isAllowed = await this.#unlessGone(allowing).catch((error: unknown) => {
      // Told at once: otherwise the app's request waits until its door gives the vault up.
      this.#words.say(lease, { ...refusalTo(ask), why: 'its use could not be recorded' });
      throw error;
    });
    const answer = isAllowed
      ? { type: 'answer' as const, ask: ask.number, ...bounds, why: null }
      : { ...refusalTo(ask), why: 'the run has ended' };
    this.#words.say(lease, answer);
  }

  async #close(lease: Lease, { ask, uses }: Extract<DoorWord, { type: 'used' }>): Promise<void> {
    const open = await new RunReader(this.#ground.db).findLease(lease.run, ask);
    if (open === undefined) return;
    const { version } = open;
    const made = Math.min(uses, open.uses);
    const closing = recordOfRun(this.#ground, lease, {
      ...{ version, kind: 'secret.used', body: { ask, uses: made } },
      change: async (tx) => {
        if (!(await new RunWriter(tx).closeLease(lease.run, ask))) throw new RunGone();
        await new SecretWriter(tx).countUses(version, made);
        if (made > 0) await new SecretWriter(tx).touch(version);
      },
    });
    // Otherwise they have counted, all of them.
    await this.#unlessGone(closing);
  }

  async #note(lease: Lease, word: Extract<DoorWord, { type: 'echo' | 'misplaced' }>): Promise<void> {
    const { version } = word;
    if (!lease.granted.has(version)) return;
    if (word.type === 'echo') {
      // In its turn once. While the database is away it is owed: that an app has a value must not go unsaid (threat 21).
      await noteEcho(this.#ground, lease, word).catch(() => this.#oweEcho(lease, word));
    } else {
      const { host, where, count } = word;
      const body = { host, where, count };
      await recordOfRun(this.#ground, lease, { version, kind: 'secret.misplaced', body });
    }
  }

  #oweEcho(lease: Lease, word: EchoWord): void {
    this.#owed
      .untilDone(lease.run, async () => await noteEcho(this.#ground, lease, word))
      .catch((err: unknown) => this.#ground.log.error({ err, run: lease.run }, 'an echo was not recorded'));
  }

  async #pulse(): Promise<void> {
    this.#dropOver();
    if (this.#isLooking) return;
    this.#isLooking = true;
    await this.#look();
    this.#isLooking = false;
  }

  // What is over by the clock waits for no database: one that is away, or does not answer, must not let a value outlive its overlap.
  #dropOver(): void {
    const now = this.#ground.clock.now();
    for (const lease of this.#leases.values())
      this.#revokeIn(lease, [
        ...idsOf(allOf(lease).filter((one) => !isLive(one, now))),
        ...overdueOf(lease, now.getTime()),
      ]);
  }

  // The database may have been changed by another vault, or by who rules it: what has no value there is not used here.
  async #look(): Promise<void> {
    try {
      const ids = [...this.#leases.values()].flatMap((lease) => idsOf(allOf(lease)));
      const now = this.#ground.clock.now();
      const kept = ids.length === 0 ? [] : await new SecretReader(this.#ground.db).listVersions(ids);
      const live = new Set(kept.filter((one) => isLive(one, now)).map(({ id }) => id));
      // What was granted meanwhile was not asked about.
      const gone = new Set(ids.filter((id) => !live.has(id)));
      for (const lease of this.#leases.values()) {
        forget(lease, gone, now.getTime());
        this.#words.alive(lease);
      }
      this.#giveBack();
    } catch (error) {
      // A door that is not told what it may use uses nothing.
      this.#ground.log.warn({ err: error }, 'doors could not be told what they may use');
    }
  }

  // Doors that were told nothing for long have overwritten what they had; nobody else would give it back while their runs go on.
  #giveBack(): void {
    const now = this.#ground.clock.now().getTime();
    if (now - this.#toldAt >= FORGOTTEN_MS) for (const lease of this.#leases.values()) lease.owed = TRIES;
    this.#toldAt = now;
    void this.#giving.give();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#leases.clear();
  }
}

function versionOf({ version }: Brokered): KeptVersion {
  return version;
}
