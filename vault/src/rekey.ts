// Gives a Space another key: what could read a value that is destroyed, in a backup too, goes with it.
import { type KeyObject } from 'node:crypto';
import { type Tx } from '@holdfast/platform/postgres/database';
import { encrypt, makeKey } from './envelope.ts';
import { type Ground } from './ground.ts';
import { boundOf, keyBound, type KeptVersion } from './model.ts';
import { isOfSeeds, SecretReader, SecretWriter, type WrappedKey } from './secret-store.ts';
import { tryOpen } from './values.ts';

/**
 * Encrypts what is left of a Space under another key, in the transaction that holds the row of the key before. One that somebody
 * changed in the database opens under no key, and keeps nobody from destroying the others.
 */
export async function rekey(
  tx: Tx,
  { keys, log }: Pick<Ground, 'keys' | 'log'>,
  { before, rest }: { readonly before: WrappedKey; readonly rest: readonly KeptVersion[] },
): Promise<KeyObject> {
  const { space, generation, wrapped } = before;
  // Who writes the database can make rows of what is no Space.
  if (isOfSeeds(space)) throw new Error('seeds are encrypted anew by a rotation alone');
  const writer = new SecretWriter(tx);
  const key = await keys.unwrap(generation, wrapped, keyBound(space));
  const next = makeKey();
  // In the order in which the end of a run counts their uses: two that lock them otherwise would wait for each other.
  for (const version of rest.toSorted((one, other) => (one.id < other.id ? -1 : 1))) {
    const value = tryOpen(log, key, version);
    if (value === undefined) continue;
    await writer.replaceValue(version.id, encrypt(next, value, boundOf(version)));
    value.fill(0);
  }
  await writer.putKey({ space, ...keys.wrap(next, keyBound(space)) });
  return next;
}

/**
 * Does it as soon as the vault can, where it cannot open the key now: the sweep finds the mark. A Space of which nothing is left has no
 * key from now on.
 */
export async function rekeyLater(tx: Tx, space: string): Promise<void> {
  if (isOfSeeds(space)) return;
  const writer = new SecretWriter(tx);
  // Nobody sets anything between the look and what follows from it.
  if ((await writer.findLockedKey(space)) === undefined) return;
  const rest = await new SecretReader(tx).listKept(space);
  await (rest.length === 0 ? writer.dropKey(space) : writer.oweRenewal(space));
}
