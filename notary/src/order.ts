// The order of entries that became visible together, and what is wrong with them. Within a lane the order is the lane's,
// within a subject's own chain the chain's; beyond that the earlier time comes first.
import { hashEntry } from '@holdfast/kernel/ledger-entry';
import { type LedgerRow } from './leaf.ts';

/** How far a lane of a writer is ordered. */
export interface LaneEnd {
  readonly writer: string;
  readonly lane: number;
  readonly n: number;
  readonly head: string;
}

/** What does not fit. Entries are ordered all the same: what was tampered with shall stand in the tree for ever. */
export interface Flaw {
  readonly writer: string;
  readonly lane: number;
  readonly n: number;
  readonly flaw: 'altered' | 'missing' | 'not-linked' | 'back-dated';
}

/** The name of a lane of a writer. */
export function laneKey({ writer, lane }: Pick<LaneEnd, 'writer' | 'lane'>): string {
  return `${String(lane)} ${writer}`;
}

/** Puts the rows in order. */
export function orderRows(rows: readonly LedgerRow[]): LedgerRow[] {
  const byLane = new Map(rows.map((row) => [placeInLane(row, row.n), row]));
  const bySubject = new Map(
    rows.filter((row) => row.subjectN > 0).map((row) => [placeOfSubject(row, row.subjectN), row]),
  );
  const before = (row: LedgerRow): (LedgerRow | undefined)[] => [
    byLane.get(placeInLane(row, row.n - 1)),
    row.subjectN > 1 ? bySubject.get(placeOfSubject(row, row.subjectN - 1)) : undefined,
  ];
  const placed = new Set<LedgerRow>();
  const begun = new Set<LedgerRow>();
  const first = rows.toSorted((a, b) => compare(a.at, b.at) || compare(laneKey(a), laneKey(b)) || a.n - b.n);
  for (const start of first) {
    const stack = [start];
    for (let row = stack.at(-1); row !== undefined; row = stack.at(-1)) {
      // What is begun already waits further down: a circle, which only forged rows make.
      const next = begun.has(row)
        ? undefined
        : before(row).filter((one) => one !== undefined && !placed.has(one));
      begun.add(row);
      const waiting = next?.filter((one) => one !== undefined && !begun.has(one)) ?? [];
      if (waiting.length > 0) stack.push(...(waiting as LedgerRow[]));
      else {
        placed.add(row);
        stack.pop();
      }
    }
  }
  return [...placed];
}

function placeInLane(row: LedgerRow, n: number): string {
  return `${String(n)} ${laneKey(row)}`;
}

function placeOfSubject(row: LedgerRow, n: number): string {
  return `${String(n)} ${row.subject}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** How far a clock may be set back, or a transaction last, before an entry's time is taken for forged. Milliseconds. */
const TOLERANCE = 600_000;

/** Whether an entry says that it was written long before something that came before it. */
export function isBackDated(at: string, before: string): boolean {
  return before !== '' && Date.parse(at) < Date.parse(before) - TOLERANCE;
}

/** A lane's end, and the time of its last entry where that is known. */
interface Followed extends LaneEnd {
  readonly at: string;
}

/** Follows lanes over ordered rows. Keeps how far each got, and collects what does not fit. */
export class Lanes {
  readonly flaws: Flaw[] = [];
  readonly #ends: Map<string, Followed>;

  constructor(ends: readonly LaneEnd[]) {
    this.#ends = new Map(ends.map((end) => [laneKey(end), { ...end, at: '' }]));
  }

  /** Takes the next row of a lane. */
  follow(row: LedgerRow): void {
    const { writer, lane, n } = row;
    const key = laneKey(row);
    const end = this.#ends.get(key) ?? { n: 0, head: '0'.repeat(64), at: '' };
    const flaw = flawOf(row, end);
    if (flaw !== undefined) this.flaws.push({ writer, lane, n, flaw });
    this.#ends.set(key, { writer, lane, n, head: row.hash, at: row.at });
  }

  /** How far each lane got. */
  ends(): LaneEnd[] {
    return [...this.#ends.values()].map(({ writer, lane, n, head }) => ({ writer, lane, n, head }));
  }
}

function flawOf(row: LedgerRow, end: Pick<Followed, 'n' | 'head' | 'at'>): Flaw['flaw'] | undefined {
  if (row.n !== end.n + 1) return 'missing';
  if (row.previous !== end.head) return 'not-linked';
  if (hashEntry(row) !== row.hash) return 'altered';
  return isBackDated(row.at, end.at) ? 'back-dated' : undefined;
}
