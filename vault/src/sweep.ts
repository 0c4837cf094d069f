// Destroys versions whose overlap is over: they are refused from that moment on, and gone within a minute.
import { dayOf } from './form-keys.ts';
import { journalled, journalOf, type Ground } from './ground.ts';
import { recordEntries } from './ledger-store.ts';
import { rekey } from './rekey.ts';
import { SecretReader, SecretWriter } from './secret-store.ts';
import { factsOf } from './writes.ts';

const EVERY_MS = 60_000;
/** Values that were taken are remembered for so many days longer than a key opens them, because a clock may be set back. */
const REMEMBERED_DAYS = 8;

/** Sweeps now. Gives how many were destroyed. */
export async function sweep(ground: Ground): Promise<number> {
  const before = dayOf(ground.clock.now()) - REMEMBERED_DAYS;
  await ground.db.transaction(async (tx) => await new SecretWriter(tx).forgetTaken(before));
  if (ground.keys.closed !== undefined) return 0;
  let count = 0;
  for (const space of await new SecretReader(ground.db).listOverdue())
    count += await sweepSpace(ground, space);
  return count;
}

async function sweepSpace(ground: Ground, space: string): Promise<number> {
  return await journalled(ground, { act: 'sweep', space }, (noted) =>
    ground.db.transaction(async (tx) => {
      const before = await new SecretWriter(tx).findLockedKey(space);
      const kept = await new SecretReader(tx).listKept(space);
      const now = ground.clock.now();
      const over = kept.filter(({ liveUntil }) => liveUntil !== null && liveUntil <= now);
      // Another vault may have been here.
      if (over.length === 0 || before === undefined) return { entries: [], result: 0 };
      await new SecretWriter(tx).eraseValues(over.map(({ id }) => id));
      await rekey(tx, ground, { before, rest: kept.filter((one) => !over.includes(one)) });
      const entries = await recordEntries(
        tx,
        over.map((version) => ({
          ...{ kind: 'secret.deleted' as const, subject: `secret:${version.id}` },
          ...{ actor: 'system:vault', credential: '' },
          body: { ...factsOf(version), with: 'overlap', ...journalOf(noted, ground.instance) },
        })),
      );
      return { entries, result: over.length };
    }),
  );
}

/** Sweeps again and again, until it is disposed of. */
export function keepSweeping(ground: Ground): Disposable {
  const timer = setInterval(() => {
    sweep(ground).catch((error: unknown) => {
      ground.log.warn(
        { err: error },
        'secrets whose overlap is over could not be destroyed; it is tried again',
      );
    });
  }, EVERY_MS);
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
    },
  };
}
