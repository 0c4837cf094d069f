// Which root key the vaults of one database work with: the ledger names it before anything is moved to it. A vault that has another
// one, because a rotation or a new beginning elsewhere passed it by, wraps nothing by a key that is destroyed, and says so instead.
import { BEHIND } from './closed.ts';
import { journalled, journalOf, type Ground } from './ground.ts';
import { type KeyHolder } from './key-holder.ts';
import { findNamedRoot, recordEntries } from './ledger-store.ts';
import { VaultRefusal } from './refusal.ts';
import { SecretReader, SecretWriter } from './secret-store.ts';
import { tryUnwrap } from './values.ts';

/** A root key, as the ledger names it. Generations of one database only grow, also where a lost key is given up. */
export interface NamedRoot {
  readonly generation: number;
  /** What is made from the key and tells nothing of it; `null`: a key that is still to be made. */
  readonly name: string | null;
}

/** How a vault's own key is to the one that the ledger names. */
export type Standing = 'named' | 'unnamed' | 'outdated';

/** Judges it. Pure. */
export function standingOf(own: NamedRoot, named: NamedRoot | undefined): Standing {
  if (named === undefined || own.generation > named.generation) return 'unnamed';
  if (own.generation < named.generation) return 'outdated';
  if (named.name === null) return 'unnamed';
  return own.name === named.name ? 'named' : 'outdated';
}

/** The name of a vault's own key. */
export async function nameOwn(keys: KeyHolder): Promise<NamedRoot> {
  const { generation } = keys;
  const bytes = await keys.derive(generation, 'holdfast vault: name of the root key');
  return { generation, name: bytes.subarray(0, 16).toString('hex') };
}

/** Opens the root key, or makes one, where nothing is kept under another. */
export async function openRoot(
  { db, keys, log }: Pick<Ground, 'db' | 'keys' | 'log'>,
  passphrase: Buffer | undefined,
): Promise<void> {
  if (!(await keys.exists())) {
    const reader = new SecretReader(db);
    // Another vault may have the key, and is about to wrap by it.
    if ((await reader.count()).keys === 0 && !(await reader.isShared())) {
      const named = await findNamedRoot(db);
      await keys.make(passphrase, (named?.generation ?? 0) + 1);
      return;
    }
  }
  if (!(await keys.open(passphrase)))
    log.error({ why: keys.closed }, 'the vault starts without its root key');
}

/**
 * Names the vault's own key where the ledger names none, and the key opens all that is kept. Gives why nothing is handed over where
 * the ledger names another; `undefined` where that is not so, and while the key is closed. With `acceptLoss` the operator goes on with
 * this one, where it opens all that is kept.
 */
export async function standByRoot(
  ground: Ground,
  { acceptLoss }: { readonly acceptLoss: boolean },
): Promise<string | undefined> {
  const { db, keys, log } = ground;
  if (keys.closed !== undefined) return undefined;
  const named = await findNamedRoot(db);
  const standing = standingOf(await nameOwn(keys), named);
  if (standing === 'named') return undefined;
  if (standing === 'outdated' && !acceptLoss) return BEHIND.keyOutdated;
  const left = await countLeft(ground);
  if (standing === 'outdated') {
    if (left > 0) return BEHIND.keyOutdated;
    await keys.advance(named?.generation);
  } else if (left > 0) {
    // As where two vaults each have a key of their own: whichever were named, the other would be told to give its own up.
    log.warn({ left }, 'the root key is not named on the ledger: keys of Spaces do not open with it');
    return undefined;
  }
  try {
    await nameRoot(ground, { actor: 'system:vault', personal: {} });
    return undefined;
  } catch (error) {
    if (error instanceof VaultRefusal) return error.message;
    throw error;
  }
}

/**
 * Has the ledger name the vault's own key: from then on, no vault starts with one before it. Throws a `VaultRefusal` where it names
 * a later one, or another of the same generation.
 */
export async function nameRoot(
  ground: Ground,
  by: { readonly actor: string; readonly personal: Readonly<Record<string, string>> },
): Promise<void> {
  const { db, keys, instance } = ground;
  const own = await nameOwn(keys);
  const { generation, name } = own;
  await journalled(ground, { act: 'name-root', generation }, (noted) =>
    db.transaction(async (tx) => {
      // One after the other: of two vaults that start with keys of their own, the second sees the name of the first.
      await new SecretWriter(tx).lockAllKeys();
      const standing = standingOf(own, await findNamedRoot(tx));
      if (standing === 'outdated') throw new VaultRefusal('failed', BEHIND.keyOutdated);
      if (standing === 'named') return { entries: [], result: undefined };
      const body = { generation, key: name, instance, ...journalOf(noted, instance) };
      const entries = await recordEntries(tx, [
        { kind: 'secret.root-named', subject: 'vault:root', credential: '', ...by, body },
      ]);
      return { entries, result: undefined };
    }),
  );
}

const LOOK_EVERY_MS = 5_000;

/** Looks again and again, until it is disposed of; calls when the ledger names another key. Whoever looks is seen to be signed in, too. */
export function keepWatching(ground: Ground, onOutdated: (why: string) => void): Disposable {
  const watch = new RootWatch(ground);
  const timer = setInterval(() => {
    // A database that is away is asked again; others of the vault tell of it.
    watch.look().then(
      (why) => {
        if (why !== undefined) onOutdated(why);
      },
      () => undefined,
    );
  }, LOOK_EVERY_MS);
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
    },
  };
}

/** Whether the ledger still names the key of a vault that is open. */
export class RootWatch {
  readonly #ground: Ground;
  #isNamed = false;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Gives why nothing is handed over any more, or `undefined`. Names the key again where a cut of the ledger took its name. */
  async look(): Promise<string | undefined> {
    const { db, keys } = this.#ground;
    if (keys.closed !== undefined) return undefined;
    const named = await findNamedRoot(db);
    const standing = standingOf(await nameOwn(keys), named);
    if (standing === 'outdated') return BEHIND.keyOutdated;
    if (named === undefined && this.#isNamed)
      await nameRoot(this.#ground, { actor: 'system:vault', personal: {} });
    this.#isNamed = standing === 'named';
    return undefined;
  }
}

/** Throws a `VaultRefusal` where the vault of another hub is signed in: it would go on with a key that is about to be destroyed. */
export async function requireAlone(reader: SecretReader, what: string): Promise<void> {
  if (await reader.isShared())
    throw new VaultRefusal(
      'failed',
      `another vault works on this database and may have the root key in memory: ${what}`,
    );
}

const PAGE = 1_000;

// Of the keys of Spaces and seeds, how many the root key does not open.
async function countLeft({ db, keys }: Pick<Ground, 'db' | 'keys'>): Promise<number> {
  const reader = new SecretReader(db);
  let left = 0;
  for (let after = ''; ;) {
    const page = await reader.listKeysAfter(after, PAGE);
    for (const row of page) if ((await tryUnwrap(keys, row)) === undefined) left += 1;
    const last = page.at(-1);
    if (last === undefined) return left;
    after = last.space;
  }
}
