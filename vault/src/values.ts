// Reads values together with the key that they are under. Both come from one snapshot: a rotation, or the end of a version, gives
// the Space another key and encrypts what is left under it, and what was read in two steps around that would open under none.
import { type KeyObject } from 'node:crypto';
import { decrypt } from './envelope.ts';
import { type Ground } from './ground.ts';
import { type KeyHolder } from './key-holder.ts';
import { boundOf, keyBound, type KeptVersion } from './model.ts';
import { VaultRefusal } from './refusal.ts';
import { SecretReader, type WrappedKey } from './secret-store.ts';

/** What was read with a reader, and the key of the Space at that moment; `undefined` where it has none. */
export interface UnderKey<Read> {
  readonly read: Read;
  readonly key: KeyObject | undefined;
}

/** Reads of a Space, with its key. Throws an `Error` when the key opens under no root key there is. */
export async function readUnderKey<Read>(
  ground: Pick<Ground, 'db' | 'keys'>,
  space: string,
  work: (reader: SecretReader) => Promise<Read>,
): Promise<UnderKey<Read>> {
  try {
    return await readOnce(ground, space, work);
  } catch {
    // A rotation that ended between the reading and the unwrapping has destroyed the generation: by now the key is under the next.
    return await readOnce(ground, space, work);
  }
}

async function readOnce<Read>(
  { db, keys }: Pick<Ground, 'db' | 'keys'>,
  space: string,
  work: (reader: SecretReader) => Promise<Read>,
): Promise<UnderKey<Read>> {
  const { found, read } = await db.snapshot(async (tx) => {
    const reader = new SecretReader(tx);
    return { found: await reader.findKey(space), read: await work(reader) };
  });
  const key = found && (await keys.unwrap(found.generation, found.wrapped, keyBound(space)));
  return { read, key };
}

/** The value of a version; `undefined`, and a line in the log, when somebody changed it in the database: it opens under no key. */
export function tryOpen(
  log: Ground['log'],
  key: KeyObject | undefined,
  version: KeptVersion,
): Buffer | undefined {
  try {
    if (key !== undefined && version.value !== null) return decrypt(key, version.value, boundOf(version));
  } catch {
    // Below: what is not as the vault wrote it tells nothing more.
  }
  const { space, id } = version;
  log.error({ space, version: id }, 'a secret was changed in the database and cannot be read any more');
  return undefined;
}

/** The value of a version. Throws a `VaultRefusal` when anything of it was changed in the database. */
export function openValue(log: Ground['log'], key: KeyObject | undefined, version: KeptVersion): Buffer {
  const value = tryOpen(log, key, version);
  if (value === undefined)
    throw new VaultRefusal(
      'failed',
      `The secret ${version.name} was changed in the database and cannot be read any more: set it anew, or delete it.`,
    );
  return value;
}

/** The key of a Space or of seeds; `undefined` where the root key does not open it, as one that was changed in the database. Throws while sealed. */
export async function tryUnwrap(
  keys: KeyHolder,
  { space, generation, wrapped }: WrappedKey,
): Promise<KeyObject | undefined> {
  try {
    return await keys.unwrap(generation, wrapped, keyBound(space));
  } catch (error) {
    if (keys.closed !== undefined) throw error;
    return undefined;
  }
}
