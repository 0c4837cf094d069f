// Tags on what runs hold, under the root key: who writes the database cannot have a door granted what its run never held.
import { type Tx } from '@holdfast/platform/postgres/database';
import { canonicalJson } from '@holdfast/kernel/canonical-json';
import { recordEntries } from './ledger-store.ts';
import { type Ground } from './ground.ts';
import { type KeyHolder, type Tag } from './key-holder.ts';
import { VaultRefusal } from './refusal.ts';
import { RunReader, RunWriter, type Held, type OpenRun } from './run-store.ts';

function bytesOf({ run, space, instance, door }: Omit<OpenRun, 'tag'>, held: readonly Held[]): Buffer {
  const all = held
    // Left out where it is so, as it was before that was noted.
    .map(({ version, holder, placeholder, signed }) => ({
      ...{ version, holder, placeholder },
      ...(!signed && { signed }),
    }))
    .toSorted((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
  return Buffer.from(canonicalJson({ what: 'holdfast run', run, space, instance, door, held: all }));
}

function placeOf({ version, holder }: Pick<Held, 'version' | 'holder'>): string {
  return `${version} ${holder}`;
}

/** The tag of a run and of all that it ever held. */
export function tagOf(keys: KeyHolder, run: Omit<OpenRun, 'tag'>, held: readonly Held[]): Tag {
  return keys.tag(bytesOf(run, held));
}

/** Whether rows are as the vault wrote them. */
export function isTrue(keys: KeyHolder, run: OpenRun, held: readonly Held[]): boolean {
  return run.tag !== null && keys.isTag(run.tag, bytesOf(run, held));
}

/** Rows of a run are not as the vault wrote them. */
export class RunForged extends VaultRefusal {
  constructor() {
    super('failed', 'somebody changed in the database what a run holds');
  }
}

/** The run has ended: a runner that greets says so outside of the turn of its door. */
export class RunGone extends VaultRefusal {
  constructor() {
    super('missing', 'the run has ended');
  }
}

/** A run holds another version, or its app one that only its door had. Throws `RunForged` and `RunGone`. */
export async function holdMore(
  tx: Tx,
  { keys }: Pick<Ground, 'keys'>,
  { run, ...more }: Held & { readonly run: string },
): Promise<void> {
  const [reader, writer] = [new RunReader(tx), new RunWriter(tx)];
  await writer.lock(run);
  const open = await reader.findOpen(run);
  if (open === undefined) throw new RunGone();
  if (!isTrue(keys, open, await reader.listEverHeld(run))) throw new RunForged();
  await writer.hold(run, more);
  await writer.tag(run, tagOf(keys, open, await reader.listEverHeld(run)));
}

/**
 * Notes that the releases of these versions to the run were found signed, so that no vault after this one looks for entries that are
 * cut off by then. Where the rows are not as the vault wrote them, nothing is noted.
 */
export async function noteSigned(
  tx: Tx,
  { keys }: Pick<Ground, 'keys'>,
  { run, versions }: { readonly run: string; readonly versions: readonly string[] },
): Promise<void> {
  const [reader, writer] = [new RunReader(tx), new RunWriter(tx)];
  await writer.lock(run);
  const open = await reader.findOpen(run);
  if (open === undefined || !isTrue(keys, open, await reader.listEverHeld(run))) return;
  await writer.setSigned(run, versions);
  await writer.tag(run, tagOf(keys, open, await reader.listEverHeld(run)));
}

/** Says, in the log and on the ledger, that rows of a run are not as the vault wrote them. */
export async function reportForged({ db, log, instance }: Ground, run: string, what: string): Promise<void> {
  log.error({ run, what }, 'somebody changed in the database what a run holds');
  await db.transaction((tx) =>
    recordEntries(tx, [
      {
        ...{ kind: 'secret.run-forged', subject: 'vault:root', actor: 'system:vault', credential: '' },
        body: { run, what, instance },
      },
    ]),
  );
}
