// What is said of a Space while somebody follows: the lines of a log, with a word where some are no longer there. Reading a log
// is on record, also where everybody may read the files: logs are for those who may write.
import { referencesOf, type Actor } from '#modules/access';
import { type Reads } from '#modules/ledger';
import { type Repo } from '#modules/repos';
import { type LogKind, type Spaces } from '#modules/spaces';

/** A line of a log. */
export interface SaidLine {
  /** When it was written, where that is known. */
  readonly at: Date | undefined;
  readonly text: string;
}

/** Which log. */
export interface AskedLog {
  readonly repo: Repo;
  readonly kind: LogKind;
  /** How many of the last lines there are. */
  readonly tail: number | undefined;
}

/** Reads on from a place in a log; without one, its last lines. Returns what was said and the place behind it. */
export function readOn(
  spaces: Spaces,
  { repo, kind, tail }: AskedLog,
  from: number | undefined,
): { readonly lines: readonly SaidLine[]; readonly next: number | undefined } {
  const log = spaces.logOf(repo.id, kind);
  if (log === undefined) return { lines: [], next: from };
  const { lines, next, left } = log.read(from, tail);
  if (left === 0) return { lines, next };
  return { lines: [{ at: lines[0]?.at, text: `(${left} lines are no longer here)` }, ...lines], next };
}

/** Has it be on record that somebody reads a log. */
export async function recordLogRead(
  reads: Reads,
  { actor, address }: { readonly actor: Actor; readonly address: string },
  { repo, kind }: Pick<AskedLog, 'repo' | 'kind'>,
): Promise<void> {
  await reads.recordRead({
    ...referencesOf(actor),
    ...{ address, repoId: repo.id, revision: '', path: `logs/${kind}` },
  });
}
