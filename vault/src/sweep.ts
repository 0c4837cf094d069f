// Destroys versions whose overlap is over: they are refused from that moment on, and gone within a minute. And gives Spaces the other
// key that they are owed, where something was deleted while the vault was closed.
import { dayOf } from './form-keys.ts';
import { journalled, journalOf, type Ground } from './ground.ts';
import { recordEntries } from './ledger-store.ts';
import { rekey } from './rekey.ts';
import { SecretReader, SecretWriter } from './secret-store.ts';
import { tryUnwrap } from './values.ts';
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
  const reader = new SecretReader(ground.db);
  for (const space of await reader.listOverdue()) count += await sweepSpace(ground, space);
  for (const space of await reader.listRenewals()) await renewSpace(ground, space);
  return count;
}

async function renewSpace(ground: Ground, space: string): Promise<void> {
  // One that was changed in the database is left, and writes no line each minute.
  const kept = await new SecretReader(ground.db).findKey(space);
  if (kept === undefined || (await tryUnwrap(ground.keys, kept)) === undefined) {
    ground.log.error({ space }, 'the key of a Space does not open, and is left as it is');
    return;
  }
  await journalled(ground, { act: 'renew', space }, (noted) =>
    ground.db.transaction(async (tx) => {
      const before = await new SecretWriter(tx).findLockedKey(space);
      const nothing = { entries: [], result: undefined };
      // Whatever gave the Space another key meanwhile has done it.
      if (before === undefined || before.renewSince === null) return nothing;
      await rekey(tx, ground, { before, rest: await new SecretReader(tx).listKept(space) });
      const body = { space, since: before.renewSince.toISOString(), ...journalOf(noted, ground.instance) };
      const entries = await recordEntries(tx, [
        { kind: 'secret.key-renewed', subject: 'vault:root', actor: 'system:vault', credential: '', body },
      ]);
      return { entries, result: undefined };
    }),
  );
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
