// Seeds of second factors. One leaves the vault when it is made, for the page that shows it, and never again: the hub keeps it as
// ciphertext, and asks whether a code is one of it. A hub that was taken over can guess codes, as every visitor can, and not much
// faster.
import { type KeyObject } from 'node:crypto';
import { findStep, mintSeed, SEED_BYTES } from '@holdfast/kernel/one-time-code';
import { openSealing } from '@holdfast/kernel/sealing';
import { type Tx } from '@holdfast/platform/postgres/database';
import { Allowance } from './allowance.ts';
import { decrypt, encrypt, makeKey, type Bound } from './envelope.ts';
import { SEED_TO_HUB, SEED_TO_VAULT, type FromHub } from './frames.ts';
import { journalled, journalOf, type Ground } from './ground.ts';
import { recordEntries } from './ledger-store.ts';
import { keyBound } from './model.ts';
import { VaultRefusal } from './refusal.ts';
import { SecretReader, SecretWriter, SEEDS, SEEDS_BEFORE, type WrappedKey } from './secret-store.ts';
import { isLostSeed, SeedWriter } from './seed-store.ts';
import { tryUnwrap } from './values.ts';

type Words<Type> = Omit<Extract<FromHub, { type: Type }>, 'type' | 'id'>;

/**
 * Codes of one user: 60 at once and 60 an hour, of a million of which three are right. The hub lets no more wrong ones through in an
 * hour (`TRY_LIMITS`), and who speaks in its place gets no more. A vault that was just started does not know who tried before it: a user
 * has a few, and one more each minute, lest making it start anew be a way to guess at once. Users without a try left are remembered,
 * up to so many; a hub that makes up more waits.
 */
const TRIES = { most: 60, perSecond: 60 / 3_600, first: 5, names: 10_000 };

/** Makes seeds and checks codes. */
export class Seeds {
  readonly #ground: Ground;
  readonly #tries: Allowance;

  constructor(ground: Ground) {
    this.#ground = ground;
    const { most, perSecond, ...terms } = TRIES;
    this.#tries = new Allowance(most, perSecond, { ...terms, since: ground.clock.now().getTime() });
  }

  /** Makes a seed, or takes the one in the box; it is on the ledger before it is given out. Throws a `VaultRefusal`. */
  async make({
    user,
    enrolment,
    key,
    box,
    by,
  }: Words<'seed'>): Promise<{ readonly box: string; readonly kept: string }> {
    const { pair, db, instance } = this.#ground;
    const seed = box === null ? mintSeed() : this.#take(user, key, box);
    try {
      const kept = await journalled(this.#ground, { act: 'seed', user }, (noted) =>
        db.transaction(async (tx) => {
          const body = { moved: box !== null, ...journalOf(noted, instance) };
          const result = await this.#seal(tx, { user, enrolment }, seed);
          const entries = await recordEntries(tx, [
            { kind: 'secret.seed-made', subject: `account:${user}`, ...by, body },
          ]);
          return { entries, result };
        }),
      );
      const answer = openSealing(pair, key, SEED_TO_HUB).seal(seed, user);
      return { box: answer, kept: kept.toString('base64url') };
    } finally {
      seed.fill(0);
    }
  }

  #take(user: string, key: string, box: string): Buffer {
    let seed: Buffer;
    try {
      seed = openSealing(this.#ground.pair, key, SEED_TO_VAULT).open(box, user);
    } catch {
      throw new VaultRefusal('failed', 'the seed was sealed for another vault');
    }
    if (seed.length !== SEED_BYTES) throw new VaultRefusal('invalid', 'that is no seed');
    return seed;
  }

  async #seal(tx: Tx, owner: Owner, seed: Buffer): Promise<Buffer> {
    const { keys } = this.#ground;
    const candidate: WrappedKey = { space: SEEDS, ...keys.wrap(makeKey(), keyBound(SEEDS)) };
    const { generation, wrapped } = await new SecretWriter(tx).lockKey(candidate);
    return encrypt(await keys.unwrap(generation, wrapped, keyBound(SEEDS)), seed, seedBound(owner));
  }

  /** The step of a code; `null` for one that is wrong. By the vault's own clock. Throws a `VaultRefusal`. */
  async check({ user, enrolment, kept, code, last }: Words<'code'>): Promise<number | null> {
    const { clock, db } = this.#ground;
    const now = clock.now();
    const open = await openerOf(new SecretReader(db), this.#ground);
    const seed = open({ user, enrolment }, Buffer.from(kept, 'base64url'));
    if (seed === undefined && (await isLostSeed(db, { user, enrolment })))
      throw new VaultRefusal('missing', 'the seed was lost with a root key');
    if (seed === undefined)
      throw new VaultRefusal('invalid', 'the seed is of somebody else or of another time, or was changed');
    try {
      // After the seed opened: users whom nobody has made a seed for take no room.
      if (!this.#tries.take(user, now.getTime()))
        throw new VaultRefusal('too-many', 'too many codes of this user were tried');
      return findStep(seed, code, { now, last }) ?? null;
    } finally {
      seed.fill(0);
    }
  }
}

/** Whose a seed is, and which of theirs. */
type Owner = Pick<Words<'code'>, 'user' | 'enrolment'>;

/** What a seed is bound to: that of one user is none of another's, and none of one that they had before. */
function seedBound({ user, enrolment }: Owner): Bound {
  return { what: 'holdfast second factor', user, enrolment, kind: 'one-time codes' };
}

// By the key of now or the one before: a seed may be sealed while the root key is rotated, and kept afterwards.
async function openerOf(
  reader: SecretReader,
  { keys }: Pick<Ground, 'keys'>,
): Promise<(owner: Owner, sealed: Buffer) => Buffer | undefined> {
  const both: KeyObject[] = [];
  for (const space of [SEEDS, SEEDS_BEFORE]) {
    const row = await reader.findKey(space);
    const key = row === undefined ? undefined : await tryUnwrap(keys, row);
    if (key !== undefined) both.push(key);
  }
  return (owner, sealed) => {
    for (const key of both)
      try {
        return decrypt(key, sealed, seedBound(owner));
      } catch {
        // Under the other, or under none.
      }
    return undefined;
  };
}

/**
 * Gives all seeds another key, in the transaction that holds the one before; that one opens what was sealed just now, until the
 * next rotation.
 */
export async function rekeySeeds(tx: Tx, ground: Ground, before: WrappedKey): Promise<void> {
  const { keys, log } = ground;
  const [writer, seeds] = [new SecretWriter(tx), new SeedWriter(tx)];
  const open = await openerOf(new SecretReader(tx), ground);
  const key = await keys.unwrap(before.generation, before.wrapped, keyBound(SEEDS));
  const next = makeKey();
  for (let after = ''; ;) {
    const page = await seeds.listAfter(after);
    for (const { user, enrolment, sealed } of page) {
      const seed = open({ user, enrolment }, sealed);
      if (seed === undefined) {
        log.error({ user }, 'a second factor was changed in the database and cannot be read any more');
        continue;
      }
      // One that the user began anew meanwhile stays.
      await seeds.replace(user, { sealed, by: encrypt(next, seed, seedBound({ user, enrolment })) });
      seed.fill(0);
    }
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.user;
  }
  await writer.putKey({ space: SEEDS_BEFORE, ...keys.wrap(key, keyBound(SEEDS_BEFORE)) });
  await writer.putKey({ space: SEEDS, ...keys.wrap(next, keyBound(SEEDS)) });
}
