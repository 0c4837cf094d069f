// Gives the vault another root key while it is in use: the next generation wraps what is new, then everything that is there, and
// then the ones before are destroyed. Whatever was deleted before can then be read from no backup.
import { type Ground } from './ground.ts';
import { recordEntries } from './ledger-store.ts';
import { keyBound } from './model.ts';
import { VaultRefusal } from './refusal.ts';
import { SecretReader, SecretWriter } from './secret-store.ts';

const PAGE = 200;

/** Rotates; a rotation that was broken off is finished by the next. Gives the generation and how many keys it wraps. */
export async function rotateRootKey(
  { db, keys, instance }: Ground,
  by: { readonly actor: string; readonly personal: Readonly<Record<string, string>> },
): Promise<{ readonly generation: number; readonly spaces: number }> {
  const generation = await keys.advance();
  let spaces = 0;
  for (;;) {
    const page = await new SecretReader(db).listKeysBefore(generation, PAGE);
    if (page.length === 0) break;
    for (const { space } of page)
      await db.transaction(async (tx) => {
        const writer = new SecretWriter(tx);
        const held = await writer.findLockedKey(space);
        if (held === undefined || held.generation >= generation) return;
        const key = await keys.unwrap(held.generation, held.wrapped, keyBound(space));
        await writer.putKey({ space, ...keys.wrap(key, keyBound(space)) });
        spaces += 1;
      });
  }
  await db.transaction(async (tx) => {
    // A key that was being made meanwhile may be under the generation before.
    const writer = new SecretWriter(tx);
    await writer.lockAllKeys();
    if ((await new SecretReader(tx).listKeysBefore(generation, 1)).length > 0)
      throw new VaultRefusal('failed', 'a Space was set up meanwhile: rotate once more');
    await recordEntries(tx, [
      {
        ...{ kind: 'secret.root-rotated', subject: 'vault:root', actor: by.actor, credential: '' },
        body: { generation, spaces, instance },
        personal: by.personal,
      },
    ]);
  });
  await keys.retire(generation);
  return { generation, spaces };
}
