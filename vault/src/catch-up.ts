// Holds the database against the journal at a start. What took a value away is done again where the database does not have it, as
// one that came out of a backup does not: what was deleted stays deleted, with the keys of today, whatever is put back.
import { BEHIND } from './closed.ts';
import { journalled, journalOf, type Ground } from './ground.ts';
import { type JournalLine } from './journal.ts';
import { recordEntries } from './ledger-store.ts';
import { type KeptVersion } from './model.ts';
import { recordSealedBefore, sealsOf, type Seal } from './sealing-record.ts';
import { rekeyLater } from './rekey.ts';
import { SecretReader, SecretWriter } from './secret-store.ts';
import { factsOf } from './writes.ts';

/** What a start is told. */
export interface CatchUpWish {
  /** The role that the vault records as. */
  readonly writer: string;
  /** The operator goes on with a database that lacks what the vault did. */
  readonly acceptLoss: boolean;
  /** The data came out of a backup, and nobody has accepted that yet. */
  readonly restored: boolean;
}

/** Acts that may have been under way beside the last one that the ledger has. */
const UNDER_WAY = 1_000;

/** Does what is missing of what took values away. Gives why nothing is handed over, or `undefined`. */
export async function catchUp(ground: Ground, wish: CatchUpWish): Promise<string | undefined> {
  const { journal, ledger } = ground;
  const numbers = await ledger.listJournalNumbers(wish.writer);
  const found = Math.max(0, ...numbers);
  const { n: end, recorded } = journal.end;
  const lost = wish.acceptLoss && (wish.restored || found < recorded || found > end);
  // A journal is long, and what it says of a database that nobody put back stands there.
  const isWhole = !wish.acceptLoss && !wish.restored && found === recorded && journal.end.open.length === 0;
  const gone = isWhole
    ? []
    : await listGone(ground, { numbers: new Set(numbers), found, withSets: wish.acceptLoss });
  if (lost) journal.continueAfter(found);
  if (lost || gone.length > 0) await destroy(ground, gone, { found, end });
  if (wish.acceptLoss) {
    await saySealed(ground, new Set(numbers));
    await journal.forgetBefore();
    return undefined;
  }
  if (wish.restored) return BEHIND.restored;
  if (found > end) return BEHIND.keysSetBack({ end, found });
  if (found >= recorded) {
    await saySealed(ground, new Set(numbers));
    await sayBrokenOff(ground, new Set(numbers));
    await journal.forgetBefore();
    return undefined;
  }
  return BEHIND.ledgerShort({ recorded, found });
}

// A closing was done, whatever became of its record. A start that could not say so, or not that it had, may have come before this one.
async function saySealed(ground: Ground, numbers: ReadonlySet<number>): Promise<void> {
  const { journal } = ground;
  const { open } = journal.end;
  if (open.every((n) => numbers.has(n))) return;
  const lines = (await journal.listFrom(Math.min(...open))).filter(({ n }) => open.includes(n));
  const sealsIn = (isRecorded: boolean): Seal[] =>
    lines.filter(({ n }) => numbers.has(n) === isRecorded).flatMap((line) => sealsOf(line));
  const recorded = new Set(sealsIn(true).map(({ line }) => line));
  const missing = new Map(sealsIn(false).map((seal) => [seal.line, seal]));
  await recordSealedBefore(
    ground,
    [...missing.values()].filter(({ line }) => !recorded.has(line)),
  );
}

// A vault that was killed between journal and ledger did nothing of what it noted, and handed nothing over for it.
async function sayBrokenOff(ground: Ground, numbers: ReadonlySet<number>): Promise<void> {
  const { journal, db, instance, log } = ground;
  const open = journal.end.open.filter((n) => !numbers.has(n));
  if (open.length === 0) return;
  // What takes a value away was done just now.
  const left = (await journal.listFrom(Math.min(...open))).filter(
    (line) => open.includes(line.n) && !takesAway(line, false),
  );
  const acts = left.filter((line) => sealsOf(line).length === 0);
  const lines = acts.map(({ n }) => n);
  for (const { n, act, run, space } of acts)
    log.warn({ line: n, act, run, space }, 'the vault ended before this was on the ledger: it was not done');
  if (lines.length > 0)
    await journalled(ground, { act: 'broken-off', lines }, (noted) =>
      db.transaction(async (tx) => {
        const body = { lines, ...journalOf(noted, instance) };
        const by = { actor: 'system:vault', credential: '' };
        const entries = await recordEntries(tx, [
          { kind: 'secret.broken-off', subject: 'vault:root', ...by, body },
        ]);
        return { entries, result: undefined };
      }),
    );
}

/** A version whose value is to be destroyed, and the line of the journal that says so. */
interface Gone {
  readonly version: KeptVersion;
  readonly line: number;
}

interface Missing {
  readonly numbers: ReadonlySet<number>;
  readonly found: number;
  /** Take what was set for done as well: the value before was destroyed then. */
  readonly withSets: boolean;
}

// A refused act has a line, too. Doing it again does no harm: it concerns only what was there before it.
async function listGone({ db, journal }: Ground, missing: Missing): Promise<Gone[]> {
  if (journal.end.n === 0) return [];
  const lines = await journal.listFrom(missing.found - UNDER_WAY);
  const reader = new SecretReader(db);
  const gone = new Map<string, Gone>();
  const later = new Set<unknown>();
  // From the last one back, so that what was set after a deletion is known when it comes.
  for (const line of lines.toReversed()) {
    if (line['act'] === 'set') later.add(line['version']);
    if (missing.numbers.has(line.n) || !takesAway(line, missing.withSets)) continue;
    const { space, name } = line;
    for (const version of await reader.listKept(String(space)))
      if ((name === undefined || version.name === name) && !later.has(version.id))
        gone.set(version.id, { version, line: line.n });
  }
  return [...gone.values()];
}

// oxlint-disable-next-line max-params -- a line, and how much of it counts
function takesAway({ act }: JournalLine, withSets: boolean): boolean {
  return act === 'delete' || act === 'forget' || (withSets && act === 'set');
}

// oxlint-disable-next-line max-params -- with what, what, and between which lines it was lost
async function destroy(
  ground: Ground,
  gone: readonly Gone[],
  { found, end }: { readonly found: number; readonly end: number },
): Promise<void> {
  const { db, instance } = ground;
  const ids = gone.map(({ version }) => version.id);
  await journalled(ground, { act: 'catch-up', found, end, versions: ids }, (noted) =>
    db.transaction(async (tx) => {
      const writer = new SecretWriter(tx);
      // In the order of Spaces, as all who lock more than one key, and keys before values: two that do otherwise would wait for each other.
      const spaces = [...new Set(gone.map(({ version }) => version.space))].sort();
      for (const space of spaces) await writer.findLockedKey(space);
      await writer.eraseValues(ids);
      for (const space of spaces) await rekeyLater(tx, space);
      const by = { actor: 'system:vault', credential: '' };
      const journal = journalOf(noted, instance);
      const entries = await recordEntries(tx, [
        { kind: 'secret.caught-up', subject: 'vault:root', ...by, body: { found, end, ...journal } },
        ...gone.map(({ version, line }) => ({
          ...{ kind: 'secret.deleted' as const, subject: `secret:${version.id}`, ...by },
          body: { ...factsOf(version), with: 'catch-up', line, ...journal },
        })),
      ]);
      return { entries, result: undefined };
    }),
  );
}
