// Gives the vault another root key while it is in use: the next generation wraps what is new, then each Space, and the seeds of
// second factors, get another key under it, and then the ones before are destroyed. A backup from before opens with nothing that is
// still there.
import { type Tx } from '@holdfast/platform/postgres/database';
import { journalled, journalOf, type Ground } from './ground.ts';
import { recordEntries } from './ledger-store.ts';
import { keyBound } from './model.ts';
import { nameRoot, requireAlone } from './named-root.ts';
import { VaultRefusal } from './refusal.ts';
import { rekey } from './rekey.ts';
import { isTrue, tagOf } from './run-seal.ts';
import { RunReader, RunWriter } from './run-store.ts';
import { isOfSeeds, SecretReader, SecretWriter, SEEDS, SEEDS_BEFORE } from './secret-store.ts';
import { rekeySeeds } from './seeds.ts';
import { tryUnwrap } from './values.ts';

const ALONE =
  'stop its hub, rotate, and start it again with a copy of this vault/root.key in place of its own. Until then the keys before are kept';

/** Rotates; a rotation that was broken off is finished by the next. Gives the generation and how many keys it wraps. */
export async function rotateRootKey(
  ground: Ground,
  by: { readonly actor: string; readonly personal: Readonly<Record<string, string>> },
): Promise<{ readonly generation: number; readonly spaces: number }> {
  const { db, keys, instance } = ground;
  await requireAlone(new SecretReader(db), ALONE);
  const generation = await keys.advance();
  // A vault that starts from here on has this key, or hands nothing over.
  await nameRoot(ground, by);
  const left = new Set<string>();
  let spaces = 0;
  for (const space of await new SecretReader(db).listBefore(generation)) {
    const outcome = await db.transaction(async (tx) => await rotateOne(tx, ground, { space, generation }));
    if (outcome === 'left') left.add(space);
    else if (outcome === 'rotated') spaces += 1;
  }
  await journalled(ground, { act: 'rotate', generation }, (noted) =>
    db.transaction(async (tx) => {
      // A key that was being made meanwhile may be under the generation before.
      await new SecretWriter(tx).lockAllKeys();
      const reader = new SecretReader(tx);
      if ((await reader.listBefore(generation)).some((space) => !left.has(space)))
        throw new VaultRefusal('failed', 'a Space was set up meanwhile: rotate once more');
      await requireAlone(reader, ALONE);
      await tagAnew(tx, ground, generation);
      const body = { generation, spaces, left: left.size, instance, ...journalOf(noted, instance) };
      const entries = await recordEntries(tx, [
        { kind: 'secret.root-rotated', subject: 'vault:root', credential: '', ...by, body },
      ]);
      return { entries, result: undefined };
    }),
  );
  await keys.retire(generation);
  return { generation, spaces };
}

type Outcome = 'rotated' | 'left' | 'nothing';

// What opens with no key of ours was changed in the database: it is left, and keeps nobody from destroying the keys before.
async function rotateOne(
  tx: Tx,
  ground: Ground,
  { space, generation }: { readonly space: string; readonly generation: number },
): Promise<Outcome> {
  if (isOfSeeds(space)) return await rotateSeeds(tx, ground, { space, generation });
  const before = await new SecretWriter(tx).findLockedKey(space);
  if (before === undefined || before.generation >= generation) return 'nothing';
  if ((await tryUnwrap(ground.keys, before)) === undefined) {
    ground.log.error({ space }, 'the key of a Space does not open, and is left as it is');
    return 'left';
  }
  await rekey(tx, ground, { before, rest: await new SecretReader(tx).listKept(space) });
  return 'rotated';
}

// The key of the seeds before goes with that of those of now, unless only one of the two opens: that one is wrapped anew.
async function rotateSeeds(
  tx: Tx,
  ground: Ground,
  { space, generation }: { readonly space: string; readonly generation: number },
): Promise<Outcome> {
  const { keys, log } = ground;
  const writer = new SecretWriter(tx);
  const now = await writer.findLockedKey(SEEDS);
  const before = await writer.findLockedKey(SEEDS_BEFORE);
  const row = space === SEEDS ? now : before;
  if (row === undefined || row.generation >= generation) return 'nothing';
  if (now === undefined) {
    await writer.dropKey(SEEDS_BEFORE);
    return 'nothing';
  }
  const key = await tryUnwrap(keys, row);
  if (key === undefined) {
    log.error({ space }, 'the key of second factors does not open, and is left as it is');
    return 'left';
  }
  if (space === SEEDS_BEFORE) await writer.putKey({ space, ...keys.wrap(key, keyBound(space)) });
  else await rekeySeeds(tx, ground, now);
  return 'nothing';
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
