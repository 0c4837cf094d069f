// Finds where a revision ends and a path begins in an address such as `tree/refs%2Fpr%2F1/a` or `tree/refs/pr/1/a`.
// Each part is percent-decoded exactly once, so that a doubly encoded `..` stays text and never becomes a step upwards.
import { Fault } from '@holdfast/kernel/fault';
import { revisionEncoding, revisionInvalid } from './faults.ts';
import { findPathFault, type RepoPath } from './path.ts';
import { findRevision, type Revision } from './ref.ts';

/** One reading of an address. The root folder is `''`. */
export interface RevisionPath {
  readonly revision: Revision;
  readonly path: RepoPath | '';
  /** The revision as the caller wrote it, decoded; for messages. */
  readonly text: string;
}

/** Longest branch name with raw slashes that is tried, in parts. Each costs a look-up. */
const MAX_PARTS = 8;

/**
 * The readings of an address, most likely first, for the caller to try until one revision exists. `raw` is what follows
 * `tree/` or `resolve/`, still percent-encoded. Throws `revision.encoding`, `revision.invalid`, or a fault of the path
 * when no reading is possible; so there is always at least one.
 */
export function splitRevisionPath(raw: string): readonly RevisionPath[] {
  const parts = (raw.endsWith('/') ? raw.slice(0, -1) : raw).split('/').map(decodeOnce);
  const readings: RevisionPath[] = [];
  let flaw: Fault | undefined;
  for (const count of countsOf(parts)) {
    const reading = readAt(parts, count);
    if (reading instanceof Fault) flaw ??= reading;
    else readings.push(reading);
  }
  if (readings.length === 0) throw flaw ?? revisionInvalid(parts.join('/'));
  return readings;
}

/** How many parts the revision may have. */
function countsOf(parts: readonly string[]): readonly number[] {
  const [first = '', second = ''] = parts;
  // Who encodes slashes encodes all of them, and nothing else can start with a commit id.
  if (first.includes('/') || first === 'HEAD' || findRevision(first)?.kind === 'commit') return [1];
  if (first === 'refs' && second === 'pr') return [3];
  const least = first === 'refs' ? 3 : 1;
  const most = Math.min(parts.length, MAX_PARTS);
  return Array.from({ length: Math.max(0, most - least + 1) }, (_, index) => least + index);
}

function readAt(parts: readonly string[], count: number): RevisionPath | Fault {
  const text = parts.slice(0, count).join('/');
  const revision = findRevision(text);
  if (revision === undefined) return revisionInvalid(text);
  const path = parts.slice(count).join('/');
  if (path === '' && parts.length <= count) return { revision, path: '', text };
  return findPathFault(path) ?? { revision, path: path as RepoPath, text };
}

function decodeOnce(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw revisionEncoding();
  }
}
