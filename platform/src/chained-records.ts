// Records whose order and wording are sealed: each carries a MAC over itself and the MAC before it, so that none can be
// forged, edited, moved, or taken out from between others. Pure.
import { canonicalJson, type Json } from '@holdfast/kernel/canonical-json';

/** Computes the MAC of a record, as text. */
export type SignRecord = (parts: readonly string[]) => string;

/** The last record of a chain. */
export interface ChainHead {
  readonly n: number;
  readonly mac: string;
}

/** One record. */
export interface ChainedRecord extends ChainHead {
  readonly act: Json;
}

/** What a chain begins on. */
export const NO_RECORDS: ChainHead = { n: 0, mac: '' };

/** The act of a record that says that all before it is done. A file that does not begin with the first record begins with one. */
export const SETTLED = { kind: 'settled' } as const;

/** What bytes hold of records. */
export interface ReadChain {
  readonly records: readonly ChainedRecord[];
  /** How many bytes the records take. */
  readonly length: number;
  /** Whether something follows that is no next record: a write that was torn, or an edit. */
  readonly isTorn: boolean;
}

/** The record that follows, and the line it is kept as. */
export function chainRecord(
  before: ChainHead,
  act: Json,
  sign: SignRecord,
): { readonly record: ChainedRecord; readonly line: Buffer } {
  const n = before.n + 1;
  const record = { n, act, mac: sign([String(n), before.mac, canonicalJson(act)]) };
  // The MAC before goes along for the first line of a file, which has no line above it.
  const line = Buffer.from(`${JSON.stringify({ ...record, before: before.mac })}\n`);
  return { record, line };
}

/** The records that bytes begin with; zeros follow the last one. Reading ends at the first that is not what was sealed. */
export function readChain(bytes: Buffer, sign: SignRecord): ReadChain {
  const zero = bytes.indexOf(0);
  const filled = zero === -1 ? bytes : bytes.subarray(0, zero);
  const records: ChainedRecord[] = [];
  let length = 0;
  while (length < filled.length) {
    const end = filled.indexOf(0x0a, length);
    const line = filled.subarray(length, end === -1 ? filled.length : end + 1);
    const record = readRecord(line.toString('utf8'), records.at(-1), sign);
    if (record === undefined) return { records, length, isTorn: true };
    records.push(record);
    length += line.length;
  }
  return { records, length, isTorn: false };
}

function readRecord(
  line: string,
  before: ChainedRecord | undefined,
  sign: SignRecord,
): ChainedRecord | undefined {
  const found = parseLine(line);
  if (found === undefined || !line.endsWith('\n')) return undefined;
  const last = before ?? { n: found.n - 1, mac: found.before };
  if (found.before !== last.mac || found.n !== last.n + 1) return undefined;
  if (found.mac !== sign([String(found.n), last.mac, canonicalJson(found.act)])) return undefined;
  return { n: found.n, act: found.act, mac: found.mac };
}

function parseLine(line: string): (ChainedRecord & { readonly before: string }) | undefined {
  try {
    const found = JSON.parse(line) as Partial<Record<'n' | 'act' | 'mac' | 'before', Json>> | null;
    const { n, act, mac, before } = found ?? {};
    if (
      !Number.isSafeInteger(n) ||
      typeof mac !== 'string' ||
      typeof before !== 'string' ||
      act === undefined
    )
      return undefined;
    return { n: n as number, act, mac, before };
  } catch {
    return undefined;
  }
}

/** What is wrong with a file: a record was changed, the last ones are gone, or all are. */
export type ChainFlaw = 'altered' | 'cut' | 'emptied';

/** Why a file does not hold what it should, by the last record that its owner remembers; `undefined` where it does. */
export function flawOf(
  { records, isTorn }: Pick<ReadChain, 'records' | 'isTorn'>,
  head: ChainHead | null,
): ChainFlaw | undefined {
  const [first] = records;
  const last = records.at(-1);
  if (first === undefined || last === undefined) {
    if (head === null) return undefined;
    return isTorn ? 'altered' : 'emptied';
  }
  if (first.n !== 1 && !isSettled(first)) return 'altered';
  if (head === null) return undefined;
  // What comes after the head may be torn: nobody was told that it is there.
  if (last.n < head.n) return isTorn ? 'altered' : 'cut';
  // A file that was begun anew, and a crash before its owner could remember that.
  if (first.n > head.n) return first.n === head.n + 1 ? undefined : 'altered';
  return records[head.n - first.n]?.mac === head.mac ? undefined : 'altered';
}

/** The records that come after the last one that says that all before it is done. */
export function unsettledOf(records: readonly ChainedRecord[]): readonly ChainedRecord[] {
  return records.slice(records.findLastIndex(isSettled) + 1);
}

function isSettled({ act }: ChainedRecord): boolean {
  return canonicalJson(act) === canonicalJson(SETTLED);
}
