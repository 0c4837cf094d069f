// Where seeds of second factors are made and codes are checked: in the vault, which never gives a seed out again; by the hub's own
// key where there is no vault, and for seeds from before there was one until the vault has them.
import { findStep, mintSeed } from '@holdfast/kernel/one-time-code';
import { type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { type SeedName } from './factor-store.ts';

/** A code that somebody showed, and the step of the last one that was taken. */
export interface ShownCode {
  readonly code: string;
  readonly last: number;
}

/** Who has a seed made, as the ledger names them. */
export interface SeedAuthor {
  readonly actor: string;
  readonly credential: string;
}

/** What makes seeds and checks codes. Throws the faults of `seedFault`. */
export interface Seeds {
  /** Makes a seed, or takes the one that is given; `kept` is what is kept of it. */
  makeSeed(
    name: SeedName,
    by: SeedAuthor,
    seed?: Buffer,
  ): Promise<{ readonly seed: Buffer; readonly kept: Buffer }>;
  /** The step of a code; `undefined` for one that is wrong. Rejects for what was made under another name, or altered. */
  checkCode(name: SeedName, kept: Buffer, shown: ShownCode): Promise<number | undefined>;
}

/** Seals them under a key that is derived from the hub's. */
export class SealedByHub implements Seeds {
  readonly #keys: Keys;
  readonly #clock: { now(): Date };

  constructor(deps: { keys: Keys; clock: { now(): Date } }) {
    this.#keys = deps.keys;
    this.#clock = deps.clock;
  }

  makeSeed({ userId }: SeedName): ReturnType<Seeds['makeSeed']> {
    const seed = mintSeed();
    return Promise.resolve({ seed, kept: this.#keys.seal('totp-seed', seed, userId) });
  }

  async checkCode(
    { userId }: SeedName,
    kept: Buffer,
    { code, last }: ShownCode,
  ): Promise<number | undefined> {
    return await Promise.resolve(findStep(this.open(userId, kept), code, { now: this.#clock.now(), last }));
  }

  /** Opens one, for the vault to take. Throws for what was sealed for another user, or altered. */
  open(userId: Id, kept: Buffer): Buffer {
    return this.#keys.open('totp-seed', kept, userId);
  }
}
