// Computes the hash of a file from the stored hashes of its chunks, and checks on the way that whoever describes the
// file knows them: the numbers of chunks in a xorb are told to every reader of one of its files, their hashes are not.
import { setImmediate as turn } from 'node:timers/promises';
import { shardInvalid } from './faults.ts';
import { HASH_BYTES } from './format/blake3.ts';
import { fileHashOf, MerkleTree } from './format/merkle.ts';
import { verificationHash, xetHashOf, type XetHash } from './format/xet-hash.ts';
import { type ShardTerm } from './format/shard.ts';
import { XORB_LIMITS } from './format/xorb-framing.ts';
import { type XorbIndex } from './format/xorb-index.ts';
import { type IndexedXorb } from './store.ts';

/** Chunks after which everybody else gets a turn. */
const CHUNKS_AT_ONCE = 1_000;

/**
 * A file may have so many chunks and terms, and one more for so many bytes. Clients make chunks of eight kilobytes at
 * least, but for the last, and terms of several; a file of one-byte pieces would cost hours for the price of minutes.
 */
const FREE = 1_024;
const BYTES_PER_CHUNK = 1_024;
const BYTES_PER_TERM = 4_096;

/**
 * Chunks that are looked up together, each xorb once: who names five hundred thousand chunks of more xorbs in turn than are
 * kept in memory would else have one read for each of them. Ten mebibytes of hashes and lengths.
 */
const WINDOW = 262_144;

/** The hash of the file that these terms make. Throws `xet.shard-invalid` and what `find` throws. */
export async function verifyFile(
  terms: Iterable<ShardTerm>,
  find: (xorb: XetHash) => Promise<IndexedXorb>,
  signal: AbortSignal,
): Promise<XetHash> {
  const tree = new MerkleTree();
  for (const window of windowsOf(terms)) {
    const chunks = await lookUp(window, find, signal);
    for (let chunk = 0; chunk < window.chunks; chunk += 1) {
      const at = chunk * HASH_BYTES;
      tree.add(chunks.hashes.subarray(at, at + HASH_BYTES), chunks.lengths[chunk] ?? 0);
      if (chunk % CHUNKS_AT_ONCE === CHUNKS_AT_ONCE - 1) await breathe(signal);
    }
  }
  return xetHashOf(fileHashOf(tree.root()));
}

interface PlacedTerm {
  readonly term: ShardTerm;
  /** Which term of the file it is. */
  readonly number: number;
  /** Which chunk of the window its first one is. */
  readonly at: number;
}

/** Terms that follow one another, by their xorbs. */
interface Window {
  readonly byXorb: Map<XetHash, PlacedTerm[]>;
  chunks: number;
}

/** The terms in windows, as long as there are not too many for the bytes that they claim. */
function* windowsOf(terms: Iterable<ShardTerm>): Generator<Window> {
  let [number, chunks, bytes] = [0, 0, 0];
  let window: Window = { byXorb: new Map(), chunks: 0 };
  for (const term of terms) {
    const count = term.end - term.start;
    if (count > XORB_LIMITS.chunks) throw shardInvalid(`term ${number} has ${count} chunks of one xorb`);
    if (window.chunks + count > WINDOW) {
      yield window;
      window = { byXorb: new Map(), chunks: 0 };
    }
    const placed = window.byXorb.get(term.xorb) ?? [];
    placed.push({ term, number, at: window.chunks });
    window.byXorb.set(term.xorb, placed);
    window.chunks += count;
    number += 1;
    chunks += count;
    bytes += term.rawLength;
    if (number > FREE + bytes / BYTES_PER_TERM || chunks > FREE + bytes / BYTES_PER_CHUNK)
      throw shardInvalid(
        `a file of ${bytes} bytes has ${number} terms and ${chunks} chunks, which is too many`,
      );
  }
  yield window;
}

/** The hashes and lengths of a window's chunks in their order, once every term was verified. */
async function lookUp(
  { byXorb, chunks }: Window,
  find: (xorb: XetHash) => Promise<IndexedXorb>,
  signal: AbortSignal,
): Promise<{ readonly hashes: Buffer; readonly lengths: Uint32Array }> {
  const hashes = Buffer.allocUnsafeSlow(chunks * HASH_BYTES);
  const lengths = new Uint32Array(chunks);
  let rest = CHUNKS_AT_ONCE;
  for (const [xorb, placed] of byXorb) {
    const { index } = await find(xorb);
    signal.throwIfAborted();
    for (const { term, number, at } of placed) {
      verifyTerm(term, index, number);
      index.hashes(term.start, term.end).copy(hashes, at * HASH_BYTES);
      for (let chunk = term.start; chunk < term.end; chunk += 1)
        lengths[at + chunk - term.start] = index.rawLength(chunk, chunk + 1);
      rest -= term.end - term.start;
      if (rest > 0) continue;
      rest = CHUNKS_AT_ONCE;
      await breathe(signal);
    }
  }
  return { hashes, lengths };
}

async function breathe(signal: AbortSignal): Promise<void> {
  await turn();
  signal.throwIfAborted();
}

function verifyTerm(term: ShardTerm, index: XorbIndex, number: number): void {
  const { start, end, rawLength, verification } = term;
  if (end > index.count)
    throw shardInvalid(`term ${number} ends at chunk ${end} of a xorb with ${index.count}`);
  if (index.rawLength(start, end) !== rawLength)
    throw shardInvalid(`term ${number} does not have the ${rawLength} bytes that are claimed`);
  if (!verificationHash(index.hashes(start, end)).equals(verification))
    throw shardInvalid(`the verification hash of term ${number} is wrong`);
}
