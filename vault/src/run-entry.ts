// What is recorded of one version and one run, in the transaction of the change that it tells of.
import { type Tx } from '@holdfast/platform/postgres/database';
import { type DoorWord } from '@holdfast/door/run/lease';
import { journalled, journalOf, type Ground } from './ground.ts';
import { recordEntries, type VaultEntry, type WrittenEntry } from './ledger-store.ts';
import { holdMore, reportForged, RunForged, RunGone } from './run-seal.ts';
import { SecretWriter } from './secret-store.ts';

/** A door's word that a value came back in an answer. */
export type EchoWord = Extract<DoorWord, { type: 'echo' }>;

/** What is recorded, and the change that it tells of, if there is one. */
export interface RunEntry {
  readonly version: string;
  readonly kind: VaultEntry['kind'];
  readonly body: VaultEntry['body'];
  readonly change?: (tx: Tx) => Promise<void>;
}

/** Records it, and gives the entry. Throws what the change throws. */
export async function recordOfRun(
  ground: Ground,
  { run, space }: { readonly run: string; readonly space: string },
  { version, kind, body, change }: RunEntry,
): Promise<readonly WrittenEntry[]> {
  const said = { space, run, ...body };
  return await journalled(ground, { act: kind, version, ...said }, (noted) =>
    ground.db.transaction(async (tx) => {
      await change?.(tx);
      const entries = await recordEntries(tx, [
        {
          ...{ kind, subject: `secret:${version}`, actor: `run:${run}`, credential: '' },
          body: { ...said, ...journalOf(noted, ground.instance) },
        },
      ]);
      return { entries, result: entries };
    }),
  );
}

/** Records that the app holds a value itself from now on, until its run ends (threat 21). `isForged` is set where its rows were changed. */
export async function noteEcho(
  ground: Ground,
  lease: { readonly run: string; readonly space: string; isForged: boolean },
  { version, route }: EchoWord,
): Promise<void> {
  const { run } = lease;
  const entry = { version, kind: 'secret.echoed', body: { ...route, holder: 'sandbox' } } as const;
  const held = recordOfRun(ground, lease, {
    ...entry,
    change: async (tx) => {
      await holdMore(tx, ground, { run, version, holder: 'sandbox', placeholder: null, signed: true });
      await new SecretWriter(tx).markEchoed(version);
    },
  });
  await held.catch(async (error: unknown) => {
    if (!(error instanceof RunForged) && !(error instanceof RunGone)) throw error;
    // Who writes the database must not hide by it that an app has a value; and an app that has ended had it.
    await recordOfRun(ground, lease, {
      ...entry,
      change: async (tx) => await new SecretWriter(tx).markEchoed(version),
    });
    if (error instanceof RunGone || lease.isForged) return;
    lease.isForged = true;
    await reportForged(ground, run, 'rows were changed');
  });
}
