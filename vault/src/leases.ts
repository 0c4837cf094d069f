// What doors may use while their runs live. Each is told twice a second which versions it may use, and asks before it uses one on
// a route; the entry that allows so many uses stands on the ledger before it is answered. Invariant: a version that is revoked,
// expired or replaced is in no word after that.
import { type KeyObject } from 'node:crypto';
import { openSealing } from '@holdfast/kernel/sealing';
import {
  DOOR_TO_VAULT,
  DoorWord,
  VAULT_TO_DOOR,
  writeGrant,
  type GrantedSecret,
  type VaultWord,
} from '@holdfast/door/run/lease';
import { Allowance } from './allowance.ts';
import { type Ground } from './ground.ts';
import { type ToRunner } from './frames.ts';
import { allOf, idsOf, LEASE, usesNext, wayOf, type Lease } from './lease.ts';
import { isLive, newestOf, type KeptVersion } from './model.ts';
import { type Owed } from './owed.ts';
import { type Living } from './possession.ts';
import { CHANGED_MEANWHILE, VaultRefusal } from './refusal.ts';
import { requireFlying } from './releases.ts';
import { noteEcho, recordOfRun, type EchoWord } from './run-entry.ts';
import { holdMore, RunGone } from './run-seal.ts';
import { RunReader, RunWriter } from './run-store.ts';
import { SecretReader, SecretWriter } from './secret-store.ts';
import { type Flight } from './turns.ts';
import { openValue, readUnderKey, type UnderKey } from './values.ts';

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
  readonly #tell: (frame: ToRunner) => void;
  readonly #leases = new Map<string, Lease>();
  readonly #timer: NodeJS.Timeout;
  readonly #words = new Allowance(WORDS.most, WORDS.perSecond);
  #isLooking = false;
  /** When doors were told last what they may use. */
  #toldAt: number;
  #isGiving = false;

  constructor(ground: Ground, owed: Owed, tell: (frame: ToRunner) => void) {
    this.#ground = ground;
    this.#owed = owed;
    this.#tell = tell;
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

  /** Grants a door what was released to it. Its box is on its way when this returns. Throws a `VaultRefusal`. */
  async grant(
    { run, space, door, brokered, lasting = [], ever = [] }: Living,
    flight: Flight,
  ): Promise<void> {
    const { pair } = this.#ground;
    const ids = brokered.map(({ version }) => version.id);
    // As they are now: since they were released, they may have been encrypted under another key.
    const { read: versions, key } = await this.#readVersions(space, ids);
    if (versions.length < ids.length) throw new VaultRefusal('failed', CHANGED_MEANWHILE);
    // From here on nothing comes between: what ends the run, or takes a secret away, was heard before or finds the lease.
    requireFlying(flight);
    const lease: Lease = {
      // Numbers go on where a vault before this one ended.
      ...{ run, space, sent: this.#ground.clock.now().getTime(), heard: 0 },
      to: openSealing(pair, door, VAULT_TO_DOOR),
      from: openSealing(pair, door, DOOR_TO_VAULT),
      placeholders: new Map(brokered.map(({ version, placeholder }) => [version.name, placeholder])),
      ...{ versions, lasting: [...lasting], granted: new Set([...ids, ...ever]) },
      echoed: new Set(),
      isForged: false,
      ...{ replacing: Promise.resolve(), owed: 0, allowed: new Map() },
    };
    // An empty one, too: a door holds requests back until it knows what it has.
    this.#sayGrant(lease, key);
    if (brokered.length + lasting.length > 0) this.#leases.set(run, lease);
  }

  // Numbered and on its way in one step, so that no word overtakes it.
  #sayGrant(lease: Lease, key: KeyObject | undefined): void {
    const secrets = lease.versions.map((version): GrantedSecret => {
      const { id, name, hosts, places, provider, bytes } = version;
      const placeholder = lease.placeholders.get(name) ?? '';
      const value = openValue(this.#ground.log, key, version);
      return {
        ...{ version: id, name, placeholder, hosts: [...hosts], places: [...places], provider, bytes, value },
      };
    });
    lease.sent += 1;
    const bytes = writeGrant({ number: lease.sent, secrets, lasting: idsOf(lease.lasting) });
    for (const { value } of secrets) value.fill(0);
    const box = lease.to.seal(bytes, lease.run);
    bytes.fill(0);
    this.#tell({ type: 'door', run: lease.run, kind: 'grant', box });
  }

  /** The run has ended: its door is allowed nothing more, and what it said before is still heard. */
  end(run: string): void {
    const lease = this.#leases.get(run);
    if (lease !== undefined) lease.versions = lease.lasting = [];
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
    for (const lease of this.#leases.values()) this.#say(lease, { type: 'alive', versions: [], lasting: [] });
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
    this.#sayAlive(lease);
  }

  /** No run of the Space uses the secret with this name any more. */
  revokeNamed(space: string, name: string): void {
    for (const lease of this.#leases.values())
      if (lease.space === space) this.revoke(idsOf(allOf(lease).filter((one) => one.name === name)));
  }

  /** No run of the Space uses anything any more. */
  stop(space: string): void {
    for (const lease of this.#leases.values()) if (lease.space === space) this.revoke(idsOf(allOf(lease)));
  }

  /**
   * A version was set: doors that had the one before get it in its place, and go on with what is under way with that one where there is
   * an overlap. One that cannot be given it uses that no more either.
   */
  async replace(space: string, next: KeptVersion, overlap: number): Promise<void> {
    for (const lease of this.#leases.values()) {
      if (lease.space !== space || next.way !== 'brokered') continue;
      // One after the other: what is granted beside this one is on record by then.
      const turn = lease.replacing.then(async () => await this.#replaceIn(lease, next, overlap));
      lease.replacing = turn.catch(() => undefined);
      try {
        await turn;
      } catch (error) {
        const { run } = lease;
        this.#ground.log.error(
          { err: error, run },
          'a door did not get the value in the place of the one before',
        );
        this.#revokeIn(lease, idsOf(allOf(lease).filter(({ name }) => name === next.name)));
      }
    }
  }

  async #replaceIn(lease: Lease, next: KeptVersion, overlap: number): Promise<void> {
    const before = lease.versions.find(({ name }) => name === next.name);
    if (before === undefined) return;
    lease.versions = [...lease.versions.filter((one) => one !== before), next];
    // What had been replaced before is destroyed by now.
    const others = lease.lasting.filter(({ name }) => name !== next.name);
    const liveUntil = new Date(next.createdAt.getTime() + overlap * 1_000);
    lease.lasting = overlap > 0 ? [...others, { ...before, liveUntil }] : others;
    lease.granted.add(next.id);
    const { run } = lease;
    const placeholder = lease.placeholders.get(next.name) ?? null;
    await recordOfRun(this.#ground, lease, {
      ...{ version: next.id, kind: 'secret.released', body: { holder: 'door' } },
      change: async (tx) =>
        await holdMore(tx, this.#ground, { run, version: next.id, holder: 'door', placeholder }),
    });
    await this.#grantAnew(lease);
  }

  // Since they were read, values may have been encrypted under another key; what was taken away meanwhile stays away.
  async #grantAnew(lease: Lease): Promise<void> {
    const { read: fresh, key } = await this.#readVersions(lease.space, idsOf(lease.versions));
    lease.versions = fresh.filter(({ id }) => lease.versions.some((one) => one.id === id));
    this.#sayGrant(lease, key);
  }

  async #readVersions(space: string, ids: readonly string[]): Promise<UnderKey<KeptVersion[]>> {
    return await readUnderKey(this.#ground, space, async (reader) => await reader.listVersions(ids));
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
    else if (!this.#words.take(run, this.#ground.clock.now().getTime())) {
      if (word.type === 'ask') this.#say(lease, { ...refusalTo(word), why: 'this app asks too often' });
      return;
    }
    if (word.type === 'ask') await this.#answer(lease, word);
    else if (word.type === 'used') await this.#close(lease, word);
    else await this.#note(lease, word);
  }

  /** Does what a word asks for; `false`: the end of its run came first, which a runner may tell meanwhile. */
  async #unlessGone(act: Promise<void>): Promise<boolean> {
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
      this.#say(lease, { ...refusalTo(ask), why: 'the secret may not be used there, or not any more' });
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
      this.#say(lease, { ...refusalTo(ask), why: 'its use could not be recorded' });
      throw error;
    });
    const answer = isAllowed
      ? { type: 'answer' as const, ask: ask.number, ...bounds, why: null }
      : { ...refusalTo(ask), why: 'the run has ended' };
    this.#say(lease, answer);
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
      this.#revokeIn(lease, idsOf(allOf(lease).filter((one) => !isLive(one, now))));
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
        lease.versions = newestOf(lease.versions.filter(({ id }) => !gone.has(id)));
        lease.lasting = lease.lasting.filter(({ id }) => !gone.has(id));
        this.#sayAlive(lease);
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
    if (!this.#isGiving) void this.#giveOwed();
  }

  // One after the other: a database that has just come back has words for all doors to give first.
  async #giveOwed(): Promise<void> {
    this.#isGiving = true;
    for (const lease of this.#leases.values()) {
      if (lease.owed === 0) continue;
      const turn = lease.replacing.then(async () => await this.#grantAnew(lease));
      lease.replacing = turn.catch(() => undefined);
      try {
        await turn;
        lease.owed = 0;
      } catch (err) {
        lease.owed -= 1;
        this.#ground.log.warn({ err, run: lease.run }, 'a door did not get back what it may use');
      }
    }
    this.#isGiving = false;
  }

  #sayAlive(lease: Lease): void {
    this.#say(lease, { type: 'alive', versions: idsOf(lease.versions), lasting: idsOf(lease.lasting) });
  }

  #say(lease: Lease, word: Unnumbered): void {
    lease.sent += 1;
    const bytes = Buffer.from(JSON.stringify({ ...word, number: lease.sent }));
    this.#tell({ type: 'door', run: lease.run, kind: 'word', box: lease.to.seal(bytes, lease.run) });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#leases.clear();
  }
}

function refusalTo({ number }: Extract<DoorWord, { type: 'ask' }>) {
  return { type: 'answer', ask: number, ...LEASE, uses: 0 } as const;
}

type Unnumbered = VaultWord extends infer Word
  ? Word extends VaultWord
    ? Omit<Word, 'number'>
    : never
  : never;
