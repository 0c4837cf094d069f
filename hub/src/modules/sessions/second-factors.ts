// Second factors: set up, asked for, replaced, removed.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { isFreshlyProved, mayCredentials, operatorFields, referencesOf, type Actor } from '#modules/access';
import { credentialsForbidden, markSecondFactor, proofNeeded } from '#modules/identity';
import { record } from '#modules/ledger';
import { codeWrong, factorMissing, factorPresent } from './faults.ts';
import { FactorReader, FactorWriter } from './factor-store.ts';
import { type Proof } from './model.ts';
import { type Seeds } from './seeds.ts';
import { SessionWriter } from './store.ts';
import { findStep, mintRecoveryCodes, mintSeed, parseRecoveryCode, seedAddress, spellSeed } from './totp.ts';

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
  readonly codesLeft: number;
}

/** The second factors of the instance. */
export class SecondFactors {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #epochs: Epochs;
  readonly #keys: Keys;
  readonly #seeds: Seeds;

  constructor(deps: { db: Db; clock: Clock; epochs: Epochs; keys: Keys; seeds: Seeds }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#epochs = deps.epochs;
    this.#keys = deps.keys;
    this.#seeds = deps.seeds;
  }

  /** Whether a user has one, and how many recovery codes are left. */
  async standing(userId: Id): Promise<FactorStanding> {
    const reader = new FactorReader(this.#db);
    const row = await reader.find(userId);
    return { confirmedAt: row?.confirmedAt ?? null, codesLeft: await reader.countCodes(userId) };
  }

  /** Makes a seed, which counts once a code of it was shown. Throws `second-factor.present` and what `#require` throws. */
  async begin(actor: Actor, userId: Id, names: { user: string; host: string }): Promise<FactorSetup> {
    this.#require(actor, userId);
    const seed = mintSeed();
    const sealed = await this.#seeds.seal(userId, seed);
    await this.#db.transaction(async (tx) => {
      if (!(await new FactorWriter(tx).begin(userId, sealed))) throw factorPresent();
      const kind = 'account.second-factor-begun';
      await record(tx, { kind, subject: `account:${userId}`, ...referencesOf(actor), body: {} });
    });
    return { key: spellSeed(seed), address: seedAddress(seed, names) };
  }

  /** The seed that waits for its first code, to show it once more. */
  async findBegun(
    actor: Actor,
    userId: Id,
    names: { user: string; host: string },
  ): Promise<FactorSetup | undefined> {
    this.#require(actor, userId);
    const row = await new FactorReader(this.#db).find(userId);
    if (row === undefined || row.confirmedAt !== null) return undefined;
    const seed = await this.#seeds.open(userId, row.seed);
    return { key: spellSeed(seed), address: seedAddress(seed, names) };
  }

  /**
   * Makes the second factor count, ends the user's other sessions, which were begun without, and gives the recovery
   * codes, which exist here and nowhere else. Throws `second-factor.code-wrong`, `.missing`.
   */
  async confirm(actor: Actor, userId: Id, code: string): Promise<string[]> {
    this.#require(actor, userId);
    const row = await new FactorReader(this.#db).find(userId);
    if (row === undefined) throw factorMissing();
    if (row.confirmedAt !== null) throw factorPresent();
    const now = this.#clock.now();
    const step = findStep(await this.#seeds.open(userId, row.seed), code, { now, last: row.lastStep });
    if (step === undefined) throw codeWrong();
    const codes = mintRecoveryCodes();
    await this.#db.transaction(async (tx) => {
      const writer = new FactorWriter(tx);
      if (!(await writer.takeStep(userId, step, now))) throw codeWrong();
      await writer.replaceCodes(userId, this.#digests(userId, codes));
      await markSecondFactor(tx, userId, now);
      const own = actor.kind === 'user' ? actor.credential.id : undefined;
      await new SessionWriter(tx).endAll(userId, now, own);
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

  /** Removes it: the user with a fresh proof, or the operator for who has lost device and codes. */
  async remove(actor: Actor, userId: Id): Promise<void> {
    this.#require(actor, userId);
    await this.#db.transaction(async (tx) => {
      if (!(await new FactorWriter(tx).remove(userId))) throw factorMissing();
      await markSecondFactor(tx, userId, null);
      await this.#recordChange(tx, actor, { kind: 'account.second-factor-removed', userId });
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
    const seed = await this.#seeds.open(userId, row.seed);
    const step = findStep(seed, code, { now: this.#clock.now(), last: row.lastStep });
    if (step === undefined) return undefined;
    const taken = await this.#db.transaction((tx) => new FactorWriter(tx).takeStep(userId, step));
    return taken ? 'totp' : undefined;
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
