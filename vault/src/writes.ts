// Sets, lists and deletes secrets: all that the hub may ask for. Values come in here, and none goes out.
import { type KeyObject } from 'node:crypto';
import { newId } from '@holdfast/kernel/id';
import { openSealing } from '@holdfast/kernel/sealing';
import { type Tx } from '@holdfast/platform/postgres/database';
import { encrypt, makeKey } from './envelope.ts';
import { requireFit, requireFree } from './fit.ts';
import { findFormKey, openFormValue, type FormKey } from './form-keys.ts';
import { HUB_TO_VAULT, type By } from './frames.ts';
import { journalled, journalOf, type Act, type Ground } from './ground.ts';
import { recordEntries } from './ledger-store.ts';
import { boundOf, keyBound, newestOf, type KeptVersion, type Version } from './model.ts';
import { VaultRefusal } from './refusal.ts';
import { SecretReader, SecretWriter, type WrappedKey } from './secret-store.ts';
import { rekey, rekeyLater } from './rekey.ts';
import { findOwnToken } from './token-store.ts';
import { readWish, WishProblem, type Opening, type SecretWish } from './wish.ts';

/** A secret as the hub hands it over. */
export interface SealedWrite {
  readonly space: string;
  /** The public key of this one call. */
  readonly key: string;
  readonly box: string;
  readonly by: By;
  /** Names that it may not have. */
  readonly taken: readonly string[];
}

/** What was written. */
interface Written {
  readonly version: KeptVersion;
  readonly overlap: number;
}

/** Writes secrets. */
export class Writes {
  readonly #ground: Ground;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** The key to which pages seal what is to be set. */
  async formKey(): Promise<FormKey> {
    return await findFormKey(this.#ground);
  }

  /** Sets a secret; gives the version, and for how many seconds the one before lasts. Throws a `VaultRefusal`. */
  async write({ space, key, box, by, taken }: SealedWrite): Promise<Written> {
    const { pair, clock, ours } = this.#ground;
    const body = openBox(() => openSealing(pair, key, HUB_TO_VAULT).open(box, space));
    try {
      const open: Opening = async (sealed) => await openFormValue(this.#ground, sealed);
      const wish = await judged(async () => await readWish(body, { now: clock.now(), ours, space, open }));
      const { value, overlapSeconds: overlap, taken: sealed, ...said } = wish;
      const sealedIn = sealed === undefined ? 'hub' : 'browser';
      const version: Version = {
        ...{ ...said, id: newId(clock.now()), space, n: 0, bytes: value.length, sealedIn },
      };
      try {
        return { version: await this.#set(version, { wish, by, taken }), overlap };
      } finally {
        // Also where it could not be written.
        value.fill(0);
      }
    } finally {
      body.fill(0);
    }
  }

  async #set(
    version: Version,
    { wish, by, taken }: { wish: SecretWish; by: By; taken: readonly string[] },
  ): Promise<KeptVersion> {
    requireFree(version, taken);
    const { id, name, space } = version;
    return await journalled(this.#ground, { act: 'set', space, version: id, name }, (noted) =>
      this.#ground.db.transaction(async (tx) => await this.#insert(tx, { version, wish, by, noted })),
    );
  }

  async #insert(tx: Tx, { version, wish, by, noted }: Insert): Promise<Act<KeptVersion>> {
    const { space, name } = version;
    const [reader, writer] = [new SecretReader(tx), new SecretWriter(tx)];
    // Who has a value that was sealed once, as a hub that was taken over may, would else bring back what was replaced since.
    if (wish.taken !== undefined && !(await writer.take(wish.taken)))
      throw new VaultRefusal(
        'taken',
        'this value was sent before; give it again if it is to be set once more',
      );
    const before = await this.#lock(writer, space);
    const kept = await reader.listKept(space);
    requireFit(version, kept);
    const numbered = { ...version, n: await writer.nextNumber(space, name) };
    const same = kept.filter((one) => one.name === name);
    const gone = await this.#replace(writer, same, wish);
    // A value that is replaced is destroyed as one that is deleted is: with the key that could read it.
    const rest = kept.filter(({ id }) => !gone.includes(id));
    const spaceKey =
      gone.length === 0 ? await this.#unwrap(before) : await rekey(tx, this.#ground, { before, rest });
    const sealed = encrypt(spaceKey, wish.value, boundOf(numbered));
    await writer.insert(numbered, sealed);
    const token = await findOwnToken(tx, wish.value);
    const entries = await recordEntries(tx, [
      {
        ...{ kind: 'secret.set', subject: `secret:${numbered.id}`, ...by },
        body: {
          ...factsOf(numbered),
          overlap: wish.overlapSeconds,
          ...(token !== undefined && { token }),
          ...journalOf(noted, this.#ground.instance),
        },
      },
    ]);
    return {
      entries,
      result: { ...numbered, ...UNUSED, value: sealed, createdAt: this.#ground.clock.now() },
    };
  }

  /** Ends the versions before. Gives those whose value is destroyed. */
  async #replace(
    writer: SecretWriter,
    before: readonly KeptVersion[],
    wish: SecretWish,
  ): Promise<readonly string[]> {
    const until = new Date(this.#ground.clock.now().getTime() + wish.overlapSeconds * 1_000);
    // The one that was replaced before has had its time.
    const [last, ended] = [
      before.filter((one) => one.liveUntil === null),
      before.filter((one) => one.liveUntil !== null),
    ];
    const gone = (wish.overlapSeconds === 0 ? before : ended).map(({ id }) => id);
    await writer.eraseValues(gone);
    if (wish.overlapSeconds > 0) for (const { id } of last) await writer.endVersion(id, until);
    return gone;
  }

  /** The secrets of a Space: the newest version of each, without values. */
  async list(space: string): Promise<KeptVersion[]> {
    return newestOf(await new SecretReader(this.#ground.db).listKept(space));
  }

  /** Deletes a secret. Throws a `VaultRefusal`. */
  async delete(space: string, name: string, by: By): Promise<void> {
    await journalled(this.#ground, { act: 'delete', space, name }, (noted) =>
      this.#ground.db.transaction(async (tx) => {
        const [reader, writer] = [new SecretReader(tx), new SecretWriter(tx)];
        // Held before anything is looked at: what another act encrypts anew or sets meanwhile would be left under a key that goes.
        const held = await writer.findLockedKey(space);
        const kept = held === undefined ? [] : await reader.listKept(space);
        const lost = (await reader.listLost(space)).filter((one) => one.name === name);
        const gone = [...kept.filter((one) => one.name === name), ...lost];
        await writer.forgetLost(space, name);
        if (gone.length === 0) throw new VaultRefusal('missing', `this Space has no secret ${name}`);
        await writer.eraseValues(gone.map(({ id }) => id));
        await this.#rekey(
          tx,
          space,
          kept.filter((one) => one.name !== name),
        );
        const entries = await recordEntries(
          tx,
          gone.map((version) => ({
            ...{ kind: 'secret.deleted' as const, subject: `secret:${version.id}`, ...by },
            body: { ...factsOf(version), ...journalOf(noted, this.#ground.instance) },
          })),
        );
        return { entries, result: undefined };
      }),
    );
  }

  // A key that could read what was deleted goes with it: what is left gets another one.
  async #rekey(tx: Tx, space: string, rest: readonly KeptVersion[]): Promise<void> {
    if (this.#ground.keys.closed !== undefined) {
      await rekeyLater(tx, space);
      return;
    }
    const before = await new SecretWriter(tx).findLockedKey(space);
    if (before !== undefined) await rekey(tx, this.#ground, { before, rest });
  }

  /** Forgets a Space: its key is destroyed, and with it everything under it. */
  async forget(space: string, by: By): Promise<void> {
    await journalled(this.#ground, { act: 'forget', space }, (noted) =>
      this.#ground.db.transaction(async (tx) => {
        const [reader, writer] = [new SecretReader(tx), new SecretWriter(tx)];
        await writer.findLockedKey(space);
        const kept = await reader.listKept(space);
        // Lost with a root key and not set anew: deleted with the Space, as by name, so that each has an end on the ledger.
        const gone = [...kept, ...(await reader.listLost(space))];
        await writer.eraseValues(kept.map(({ id }) => id));
        await writer.forgetLost(space);
        await writer.dropKey(space);
        const entries = await recordEntries(
          tx,
          gone.map((version) => ({
            ...{ kind: 'secret.deleted' as const, subject: `secret:${version.id}`, ...by },
            body: { ...factsOf(version), with: 'space', ...journalOf(noted, this.#ground.instance) },
          })),
        );
        return { entries, result: undefined };
      }),
    );
  }

  /** The key of a Space, which nobody else writes to until the end of the transaction; a new one where it had none. */
  async #lock(writer: SecretWriter, space: string): Promise<WrappedKey> {
    const candidate: WrappedKey = { space, ...this.#ground.keys.wrap(makeKey(), keyBound(space)) };
    return await writer.lockKey(candidate);
  }

  async #unwrap({ space, generation, wrapped }: WrappedKey): Promise<KeyObject> {
    return await this.#ground.keys.unwrap(generation, wrapped, keyBound(space));
  }
}

/** How every version begins. */
const UNUSED = { liveUntil: null, uses: 0, lastUsedAt: null, echoedAt: null } as const;

interface Insert {
  readonly version: Version;
  readonly wish: SecretWish;
  readonly by: By;
  readonly noted: Parameters<typeof journalOf>[0];
}

/** What the ledger says of a version in each of its entries. */
export function factsOf(version: Version): Record<string, string | number | null | string[]> {
  const { space, name, n, way, hosts, provider, expiresAt, sealedIn } = version;
  const expires = expiresAt?.toISOString() ?? null;
  return { space, name, n, way, hosts: [...hosts], provider, expires, sealedIn };
}

function openBox(open: () => Buffer): Buffer {
  try {
    return open();
  } catch {
    // Sealed for a vault that was there before.
    throw new VaultRefusal('failed', 'the secret was sealed for another vault; send it again');
  }
}

async function judged(read: () => Promise<SecretWish>): Promise<SecretWish> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof WishProblem || error instanceof SyntaxError)
      throw new VaultRefusal('invalid', error.message);
    throw error;
  }
}
