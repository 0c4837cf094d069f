// Second factors: set up, asked for, replaced, removed.
import { type Clock } from '@holdfast/kernel/clock';
import { newId, type Id } from '@holdfast/kernel/id';
import { networkOf } from '@holdfast/kernel/network';
import { parseCode } from '@holdfast/kernel/one-time-code';
import { type Keys } from '@holdfast/platform/keys';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { isFreshlyProved, mayCredentials, operatorFields, referencesOf, type Actor } from '#modules/access';
import {
  credentialsForbidden,
  markSecondFactor,
  proofNeeded,
  recordOwnerless,
  unmarkSecondFactor,
} from '#modules/identity';
import { record } from '#modules/ledger';
import { codeWrong, factorMissing, factorPresent, isUnasked, seedFault } from './faults.ts';
import { FactorReader, FactorWriter, type SecondFactorRow, type SeedName } from './factor-store.ts';
import { type Proof } from './model.ts';
import { PlaceWriter } from './place-store.ts';
import { SealedByHub, type Seeds } from './seeds.ts';
import { SessionWriter } from './store.ts';
import { lookWithin, type Throttle } from './throttle.ts';
import { mintRecoveryCodes, parseRecoveryCode, seedAddress, spellSeed } from './totp.ts';

/** What an app is set up with. */
export interface FactorSetup {
  /** For people to type. */
  readonly key: string;
  /** For apps to read. */
  readonly address: string;
}

/** How an account stands. */
export interface FactorStanding {
  readonly confirmedAt: Date | null;
  /** Whether one waits for its first code. */
  readonly isBegun: boolean;
  readonly codesLeft: number;
}

/** What second factors need. */
export interface SecondFactorDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly epochs: Epochs;
  readonly keys: Keys;
  /** Absent where this installation has none. */
  readonly vault: Seeds | undefined;
  readonly throttle: Throttle;
}

/** The second factors of the instance. */
export class SecondFactors {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #epochs: Epochs;
  readonly #keys: Keys;
  /** Absent where this installation has none. */
  readonly #vault: Seeds | undefined;
  readonly #hub: SealedByHub;
  readonly #throttle: Throttle;

  constructor(deps: SecondFactorDeps) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#epochs = deps.epochs;
    this.#keys = deps.keys;
    this.#vault = deps.vault;
    this.#hub = new SealedByHub(deps);
    this.#throttle = deps.throttle;
  }

  /** Whether a user has one, and how many recovery codes are left. */
  async standing(userId: Id): Promise<FactorStanding> {
    const reader = new FactorReader(this.#db);
    const row = await reader.find(userId);
    const confirmedAt = row?.confirmedAt ?? null;
    const isBegun = row !== undefined && confirmedAt === null;
    return { confirmedAt, isBegun, codesLeft: await reader.countCodes(userId) };
  }

  /**
   * Makes a seed, which counts once a code of it was shown, and gives it, now and never again. Throws `second-factor.present`, what
   * `#require` throws, and what keeps the vault from it.
   */
  async begin(actor: Actor, userId: Id, names: { user: string; host: string }): Promise<FactorSetup> {
    this.#require(actor, userId);
    // Before the vault is asked: it writes each seed that it makes on the ledger.
    if (await this.isNeeded(userId)) throw factorPresent();
    const vault = this.#vault;
    const name = { userId, enrolment: newId(this.#clock.now()) };
    const { seed, kept } = await (vault ?? this.#hub).makeSeed(name, referencesOf(actor));
    await this.#db.transaction(async (tx) => {
      const wish = { seed: kept, enrolment: name.enrolment, inVault: vault !== undefined };
      if (!(await new FactorWriter(tx).begin(userId, wish))) throw factorPresent();
      const kind = 'account.second-factor-begun';
      await record(tx, { kind, subject: `account:${userId}`, ...referencesOf(actor), body: {} });
    });
    return { key: spellSeed(seed), address: seedAddress(seed, names) };
  }

  /**
   * Makes the second factor count, ends the user's other sessions, which were begun without, and gives the recovery
   * codes, which exist here and nowhere else. Throws `second-factor.code-wrong`, `.missing`, `sign-in.throttled`.
   */
  async confirm(actor: Actor, userId: Id, code: string): Promise<string[]> {
    this.#require(actor, userId);
    const row = await new FactorReader(this.#db).find(userId);
    if (row === undefined) throw factorMissing();
    if (row.confirmedAt !== null) throw factorPresent();
    const now = this.#clock.now();
    const name = { userId, enrolment: row.enrolment };
    const attempt = await this.#throttle.beginNewCode(userId);
    const step = await lookWithin(attempt, async () => await this.#check(name, row, code));
    const codes = mintRecoveryCodes();
    await this.#db.transaction(async (tx) => {
      const writer = new FactorWriter(tx);
      if (!(await writer.takeStep(name, step, now))) throw codeWrong();
      await writer.replaceCodes(userId, this.#digests(userId, codes));
      await markSecondFactor(tx, userId, now);
      const own = actor.kind === 'user' ? actor.credential.id : undefined;
      const sessions = new SessionWriter(tx);
      await sessions.endAll(userId, now, own);
      // Where it is set up is where its owner is: nowhere else is it known to be them from here on.
      const here = own === undefined ? undefined : await sessions.findById(own);
      if (here !== undefined) await new PlaceWriter(tx).note(userId, networkOf(here.session.address), now);
      await this.#recordChange(tx, actor, { kind: 'account.second-factor-added', userId });
    });
    return codes;
  }

  /** Gives new recovery codes in place of all there were. */
  async renewCodes(actor: Actor, userId: Id): Promise<string[]> {
    this.#require(actor, userId);
    const codes = mintRecoveryCodes();
    await this.#db.transaction(async (tx) => {
      const writer = new FactorWriter(tx);
      if (((await writer.find(userId))?.confirmedAt ?? null) === null) throw factorMissing();
      await writer.replaceCodes(userId, this.#digests(userId, codes));
      await this.#recordChange(tx, actor, { kind: 'account.recovery-codes-renewed', userId });
    });
    return codes;
  }

  /**
   * Removes it: the user with a fresh proof, or the operator for who has lost device and codes. Gives the names of the organisations
   * that nobody administers until they have another. Throws `second-factor.missing`, `org.last-factor`.
   */
  async remove(actor: Actor, userId: Id): Promise<string[]> {
    this.#require(actor, userId);
    return await this.#db.transaction(async (tx) => {
      if (!(await new FactorWriter(tx).remove(userId))) throw factorMissing();
      const ownerless = await unmarkSecondFactor(tx, actor, userId);
      await this.#recordChange(tx, actor, { kind: 'account.second-factor-removed', userId });
      return await recordOwnerless(tx, actor, ownerless);
    });
  }

  /** Whether a sign-in of this user needs a code. */
  async isNeeded(userId: Id): Promise<boolean> {
    return ((await new FactorReader(this.#db).find(userId))?.confirmedAt ?? null) !== null;
  }

  /** Takes a code of the app, or a recovery code, and gives which it was. Each is taken once, also of two at the same time. */
  async take(userId: Id, code: string): Promise<Proof | undefined> {
    const recovery = parseRecoveryCode(code);
    if (recovery !== undefined) return await this.#takeRecovery(userId, recovery);
    const row = await new FactorReader(this.#db).find(userId);
    if (row === undefined || row.confirmedAt === null) return undefined;
    const name = { userId, enrolment: row.enrolment };
    const step = await this.#check(name, row, code);
    if (step === undefined) return undefined;
    const taken = await this.#db.transaction((tx) => new FactorWriter(tx).takeStep(name, step));
    return taken ? 'totp' : undefined;
  }

  /**
   * Has the vault take the seeds that the hub's key had sealed before there was a vault; those that it does not take now are taken
   * with the next code, or the next time.
   */
  async moveSeeds(signal: AbortSignal): Promise<void> {
    const vault = this.#vault;
    if (vault === undefined) return;
    for (let after = ''; !signal.aborted;) {
      const page = await new FactorReader(this.#db).listOutside(after);
      for (const { seed, ...name } of page) {
        if (signal.aborted || !(await this.#moved(vault, name, seed))) return;
      }
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.userId;
    }
  }

  // `false`: the vault takes none just now. One that somebody altered, or with which something else is wrong, keeps nobody else's from
  // being taken; its owner's next code says so.
  async #moved(vault: Seeds, name: SeedName, seed: Buffer): Promise<boolean> {
    try {
      await this.#move(vault, name, seed);
      return true;
    } catch (error) {
      return !isUnasked(error);
    }
  }

  async #check(name: SeedName, { seed, inVault, lastStep: last }: SecondFactorRow, text: string) {
    const code = parseCode(text);
    if (code === undefined) return undefined;
    const [vault, hub] = [this.#vault, this.#hub];
    if (vault === undefined && !inVault) return await hub.checkCode(name, seed, { code, last });
    if (vault === undefined) throw seedFault('away');
    const kept = inVault ? seed : await this.#move(vault, name, seed);
    return await vault.checkCode(name, kept, { code, last });
  }

  async #move(vault: Seeds, name: SeedName, before: Buffer): Promise<Buffer> {
    const by = { actor: 'system:sessions', credential: '' };
    const { kept } = await vault.makeSeed(name, by, this.#hub.open(name.userId, before));
    await this.#db.transaction((tx) => new FactorWriter(tx).moveSeed(name, { before, kept }));
    return kept;
  }

  async #takeRecovery(userId: Id, code: string): Promise<Proof | undefined> {
    const now = this.#clock.now();
    const taken = await this.#db.transaction(async (tx) => {
      const [digest = ''] = this.#digests(userId, [code]);
      if (!(await new FactorWriter(tx).takeCode(userId, digest, now))) return false;
      await record(tx, {
        kind: 'account.recovery-code-used',
        subject: `account:${userId}`,
        actor: `user:${userId}`,
        credential: '',
        body: {},
      });
      return true;
    });
    return taken ? 'recovery-code' : undefined;
  }

  async #recordChange(tx: Tx, actor: Actor, change: { kind: string; userId: Id }): Promise<void> {
    // Organisations that ask for a second factor are reached with it, and no more without.
    await this.#epochs.advance(tx, 'identity');
    await record(tx, {
      kind: change.kind,
      subject: `account:${change.userId}`,
      ...referencesOf(actor),
      body: {},
      personal: operatorFields(actor),
    });
  }

  #require(actor: Actor, userId: Id): void {
    if (!mayCredentials(actor, userId).allowed) throw credentialsForbidden();
    if (!isFreshlyProved(actor, this.#clock.now())) throw proofNeeded();
  }

  #digests(userId: Id, codes: readonly string[]): string[] {
    return codes.map((code) => this.#keys.sign('recovery-code', [userId, code]));
  }
}
