// What is handed to whoever does not believe: exports and proofs, out of what the database has. Nothing here is trusted by
// those who check it; a wrong answer only fails.
import { setTimeout as delay } from 'node:timers/promises';
import { type Fault } from '@holdfast/kernel/fault';
import { type Db } from '@holdfast/platform/postgres/database';
import { EvidenceReader, type OrderedEntry, type PlacedCheckpoint } from './evidence-store.ts';
import { type Cut, sortLanes } from './cut.ts';
import { cutMeanwhile, entryUnknown, nothingSigned, sizeUnknown } from './faults.ts';
import { chainKey, type ChainName } from './heads/chain.ts';
import { type MapReader, proofOf } from './heads/top.ts';
import { type StoredCheckpoint } from './tree-store.ts';
import { consistencyProof, inclusionProof, rootAt } from './tree/proof.ts';

const PAGE = 1_000;
/** Entries of one chain that a proof shows; of a longer one it shows the head alone. */
const SHOWN = 10_000;
/** Rows beyond the tree that an export shows: some wait, and more than these were put in. */
const UNORDERED = 10_000;

/** A line of an export. */
export type ExportLine = Readonly<Record<string, unknown>>;

/** Everything up to the last checkpoint, in the order in which a verifier needs it. The key's line comes before. */
export async function* exportLedger(db: Db): AsyncGenerator<ExportLine> {
  const reader = new EvidenceReader(db);
  const last = await reader.findLargestCheckpoint();
  const size = last?.size ?? 0;
  const cut = await reader.getCut();
  yield* exportCut(reader, cut);
  const notes = notesUpTo(reader, last);
  let next = await notes.next();
  let from = cut.size;
  async function* notesAt(at: number): AsyncGenerator<ExportLine> {
    for (; next.done !== true && next.value.size <= at; next = await notes.next())
      yield { type: 'checkpoint', note: next.value.note };
  }
  yield* notesAt(from);
  while (from < size) {
    const page = await reader.listLeaves({ from, to: size, limit: PAGE });
    if (page[0]?.index !== from && (await reader.getCut()).size !== cut.size) {
      yield stoppedBy(cutMeanwhile());
      return;
    }
    for (const leaf of page) {
      yield lineOf(leaf);
      yield* notesAt(leaf.index + 1);
    }
    const last = page.at(-1);
    if (last === undefined) break;
    from = last.index + 1;
  }
  for (const entry of await reader.listUnordered(size, UNORDERED)) yield { type: 'unordered', ...entry };
  yield { type: 'end' };
}

// An answer that has begun cannot become a refusal any more: its last line says why there are no more.
function stoppedBy({ code, message, hint }: Fault): ExportLine {
  return { type: 'stopped', code, message, hint };
}

// Of entries that are cut off their leaves, so that a checkpoint from before the cut can be held against the file as well; then
// where the lanes and the chains stood at the cut. Its checkpoint, which commits to tree and chains, follows.
async function* exportCut(reader: EvidenceReader, { size }: Cut): AsyncGenerator<ExportLine> {
  if (size === 0) return;
  for await (const { index, hashes } of reader.walkLeafTiles(size))
    yield { type: 'tile', index, hashes: hashes.toString('base64') };
  yield { type: 'cut', size };
  for (const { writer, lane, n, head } of sortLanes(await reader.listCutLanes()))
    yield { type: 'lane', writer, lane, n, hash: head };
  for await (const { chain, n, digest } of reader.cutMap.walkHeads(PAGE))
    yield { type: 'head', ...chain, n, digest: digest.toString('hex') };
}

// The last one is kept from the beginning: a newer one of the same minute takes its place in the table.
async function* notesUpTo(
  reader: EvidenceReader,
  last: PlacedCheckpoint | undefined,
): AsyncGenerator<StoredCheckpoint> {
  if (last === undefined) return;
  yield* reader.walkCheckpoints(last);
  yield last;
}

function lineOf({ index, place, entry }: OrderedEntry): ExportLine {
  return entry === undefined ? { type: 'gone', index, ...place } : { type: 'entry', index, ...entry };
}

/** That an entry, given by its number or its digest, is in the signed tree. Throws `entryUnknown`. */
export async function proveEntry(db: Db, entry: string): Promise<ExportLine> {
  return await withSigned(db, async (reader, { size, note }) => {
    const leaf = await findLeaf(reader, entry, size);
    if (leaf?.entry === undefined || leaf.index >= size) throw entryUnknown(entry);
    const path = await inclusionProof(leaf.index, size, reader.nodes());
    return { type: 'holdfast-ledger-entry', note, index: leaf.index, entry: leaf.entry, path: texts(path) };
  });
}

async function findLeaf(
  reader: EvidenceReader,
  entry: string,
  size: number,
): Promise<OrderedEntry | undefined> {
  if (!/^\d{1,15}$/.test(entry)) return await reader.findLeaf(entry);
  const from = Number(entry);
  return (await reader.listLeaves({ from, to: Math.min(size, from + 1), limit: 1 }))[0];
}

/** All that happened to a subject and all that was done by it, or that there is nothing; of what was cut off, how many. */
export async function proveChains(db: Db, name: string): Promise<ExportLine> {
  return await withSigned(db, async (reader, { size, note }) => {
    const cut = await reader.getCut();
    const chains = [];
    for (const relation of ['to', 'by'] as const)
      chains.push(await proveChain(reader, { relation, name }, { size, cut }));
    return { type: 'holdfast-ledger-chains', note, cut: cut.size === 0 ? null : cut.note, chains };
  });
}

async function proveChain(
  reader: EvidenceReader,
  chain: ChainName,
  { size, cut }: { readonly size: number; readonly cut: Cut },
): Promise<ExportLine> {
  const key = chainKey(chain);
  const now = await proveHead(key, reader.map);
  const start = cut.size === 0 ? null : await proveHead(key, reader.cutMap);
  const n = now.n - (start?.n ?? 0);
  const entries = n > SHOWN ? null : await reader.listChain(chain, size);
  return { ...chain, ...now.shown, start: start && start.shown, entries };
}

/** How long a chain is in a map, and the proof of it. */
async function proveHead(
  key: Buffer,
  map: MapReader,
): Promise<{ readonly n: number; readonly shown: ExportLine }> {
  const { end, beside } = await proofOf(key, map);
  const shown = end && { key: end.key.toString('hex'), n: end.n, digest: end.digest.toString('hex') };
  return {
    n: end?.key.equals(key) === true ? end.n : 0,
    shown: { end: shown ?? null, beside: texts(beside) },
  };
}

/** That the tree of `newer` entries begins with that of `older`. Throws `sizeUnknown`. */
export async function proveConsistency(db: Db, older: number, newer: number): Promise<ExportLine> {
  return await withSigned(db, async (reader, { size }) => {
    for (const wanted of [older, newer]) if (wanted > size) throw sizeUnknown(wanted, size);
    if (older > newer) throw sizeUnknown(older, newer);
    const nodes = reader.nodes();
    const treeOf = async (wanted: number): Promise<ExportLine> => ({
      size: wanted,
      root: (await rootAt(wanted, nodes)).toString('base64'),
      note: (await reader.findCheckpointAt(wanted))?.note ?? null,
    });
    return {
      type: 'holdfast-ledger-consistency',
      older: await treeOf(older),
      newer: await treeOf(newer),
      path: texts(await consistencyProof(older, newer, nodes)),
    };
  });
}

function texts(hashes: readonly Buffer[]): string[] {
  return hashes.map((hash) => hash.toString('base64'));
}

const TRIES = 100;
const PAUSE_MS = 20;

// The map of heads is that of the newest tree, which is signed a moment after it is written.
async function withSigned<Result>(
  db: Db,
  work: (reader: EvidenceReader, signed: StoredCheckpoint) => Promise<Result>,
): Promise<Result> {
  for (let n = 0; n < TRIES; n += 1) {
    const done = await db.snapshot(async (tx) => {
      const reader = new EvidenceReader(tx);
      const [tree, signed] = [await reader.getTree(), await reader.findLastCheckpoint()];
      if (signed === undefined || signed.size !== tree.size) return undefined;
      return { result: await work(reader, signed) };
    });
    if (done !== undefined) return done.result;
    await delay(PAUSE_MS);
  }
  throw nothingSigned();
}
