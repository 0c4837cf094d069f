// Gives the vault another root key while it is in use: the next generation wraps what is new, then each Space, and the seeds of
// second factors, get another key under it, and then the ones before are destroyed. A backup from before opens with nothing that is
// still there.
import { type Tx } from '@holdfast/platform/postgres/database';
import { journalled, journalOf, type Ground } from './ground.ts';
import { recordEntries } from './ledger-store.ts';
import { VaultRefusal } from './refusal.ts';
import { rekey } from './rekey.ts';
import { isTrue, tagOf } from './run-seal.ts';
import { RunReader, RunWriter } from './run-store.ts';
import { SecretReader, SecretWriter, SEEDS, SEEDS_BEFORE } from './secret-store.ts';
import { rekeySeeds } from './seeds.ts';

const PAGE = 200;

/** Rotates; a rotation that was broken off is finished by the next. Gives the generation and how many keys it wraps. */
export async function rotateRootKey(
  ground: Ground,
  by: { readonly actor: string; readonly personal: Readonly<Record<string, string>> },
): Promise<{ readonly generation: number; readonly spaces: number }> {
  const { db, keys, instance } = ground;
  const generation = await keys.advance();
  let spaces = 0;
  for (;;) {
    const page = await new SecretReader(db).listKeysBefore(generation, PAGE);
    if (page.length === 0) break;
    for (const { space } of page)
      await db.transaction(async (tx) => {
        if (space === SEEDS || space === SEEDS_BEFORE) {
          await rotateSeeds(tx, ground, generation);
          return;
        }
        const before = await new SecretWriter(tx).findLockedKey(space);
        if (before === undefined || before.generation >= generation) return;
        await rekey(tx, ground, { before, rest: await new SecretReader(tx).listKept(space) });
        spaces += 1;
      });
  }
  await journalled(ground, { act: 'rotate', generation }, (noted) =>
    db.transaction(async (tx) => {
      // A key that was being made meanwhile may be under the generation before.
      await new SecretWriter(tx).lockAllKeys();
      if ((await new SecretReader(tx).listKeysBefore(generation, 1)).length > 0)
        throw new VaultRefusal('failed', 'a Space was set up meanwhile: rotate once more');
      await tagAnew(tx, ground, generation);
      const body = { generation, spaces, instance, ...journalOf(noted, instance) };
      const entries = await recordEntries(tx, [
        { kind: 'secret.root-rotated', subject: 'vault:root', credential: '', ...by, body },
      ]);
      return { entries, result: undefined };
    }),
  );
  await keys.retire(generation);
  return { generation, spaces };
}

// The key of the seeds before goes with that of those of now. Whatever the two rows are, none is under a generation before
// afterwards: else the rotation would find it again and again.
async function rotateSeeds(tx: Tx, ground: Ground, generation: number): Promise<void> {
  const writer = new SecretWriter(tx);
  const now = await writer.findLockedKey(SEEDS);
  const before = await writer.findLockedKey(SEEDS_BEFORE);
  if (now === undefined) await writer.dropKey(SEEDS_BEFORE);
  else if (Math.min(now.generation, before?.generation ?? generation) < generation)
    await rekeySeeds(tx, ground, now);
}

// What is not as the vault wrote it gets no tag, and is refused as before.
async function tagAnew(tx: Tx, { keys }: Ground, generation: number): Promise<void> {
  const writer = new RunWriter(tx);
  await writer.lockAll();
  const reader = new RunReader(tx);
  for (const run of await reader.listOpen()) {
    if (run.tag === null || run.tag.generation >= generation) continue;
    const held = await reader.listEverHeld(run.run);
    if (isTrue(keys, run, held)) await writer.tag(run.run, tagOf(keys, run, held));
  }
}
