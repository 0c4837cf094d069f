// Reads an export, and the names beside it, for `admin token revoke-again`. Whoever can write where exports are kept decides what is done
// again: that it is the ledger's is for the verifier to say, before.
import { readLines } from '@holdfast/platform/appended-file';
import { z } from 'zod';
import { type Call } from '../command.ts';
import { exportUnreadable, timeUnreadable } from '../faults.ts';
import { Entry, isTaking, TakenBack } from '../taken-back.ts';
import { isNaming, NamedEntry, TakenNames } from '../taken-names.ts';

const Line = z.looseObject({ type: z.string() });

/** What an export says was taken back, and named. */
export interface Export extends Pick<TakenBack, 'tokens' | 'byHand' | 'users' | 'members' | 'applications'> {
  readonly named: TakenNames;
  /** What the notary had not ordered yet, or somebody put in. */
  readonly unordered: TakenBack['byHand'];
}

/** Reads it. Throws `ledger.export-unreadable`, also for one that was cut short, and `usage.time-unreadable`. */
export async function readExport({ rest, flags }: Call): Promise<Export> {
  const [file = '', since] = [rest[0], timeOf(flags['since'])];
  const taken = new TakenBack(since);
  const ids = new Set([flags['except'] ?? []].flat().map((id) => String(id).replace(/^(account|repo):/, '')));
  const without = { until: timeOf(flags['until']), ids };
  const named = new TakenNames({ since, names: await readNamesOf(flags['names']), without });
  const unordered: TakenBack['byHand'] = [];
  let [first, last] = ['', ''];
  await readEach(file, (read) => {
    const line = Line.parse(read);
    if (first === '' && line.type !== 'holdfast-ledger-export')
      throw new TypeError('it is no export of the ledger');
    [first, last] = [line.type, line.type];
    if (line.type !== 'entry' && line.type !== 'unordered') return;
    const entry = Entry.parse(line);
    const { at, kind, subject } = entry;
    if (line.type === 'entry') {
      taken.add(entry);
      named.add(entry);
    } else if (isTaking(kind) || isNaming(kind)) unordered.push({ at, kind, subject });
  });
  if (first === '') throw exportUnreadable(file, 'it is empty');
  // What is behind the end of one that was cut off would be left undone, and nobody would know.
  if (last !== 'end' && flags['cut-short'] !== true)
    throw exportUnreadable(file, 'it was cut short; --cut-short takes it as it is');
  const { tokens, byHand, users, members, applications } = taken;
  return { tokens, byHand, users, members, applications, named, unordered };
}

function timeOf(text: Call['flags'][string]): Date | undefined {
  if (typeof text !== 'string') return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw timeUnreadable(text);
  return time;
}

/** By the digest of an entry, what it calls its subject. */
async function readNamesOf(file: Call['flags'][string]): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  if (typeof file !== 'string') return names;
  await readEach(file, (read) => {
    const { hash, personal } = NamedEntry.parse(read);
    if (personal['name'] !== undefined) names.set(hash, personal['name']);
  });
  return names;
}

async function readEach(file: string, take: (read: unknown) => void): Promise<void> {
  try {
    for await (const text of readLines(file)) take(JSON.parse(text));
  } catch (error) {
    throw exportUnreadable(file, error instanceof z.ZodError ? 'a line is none of an export' : String(error));
  }
}
