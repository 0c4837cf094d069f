// Somebody sends xorbs and shards that are damaged in every way. Each is either refused by a fault of ours or gives
// what another implementation reads in it, in bounded time and memory; it never ends in another error.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sha256 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { MiB } from '@holdfast/kernel/size';
import { compressFrameSync, decompressFrameSync } from 'lz4-napi';
import { shardInvalid, xorbInvalid } from '../../src/modules/xet/faults.ts';
import { ungroup } from '../../src/modules/xet/format/bg4.ts';
import { decodeLz4Frame } from '../../src/modules/xet/format/lz4-frame.ts';
import { parseShard } from '../../src/modules/xet/format/shard.ts';
import { verifyXorb } from '../../src/modules/xet/format/verify-xorb.ts';
import { chunkHash } from '../../src/modules/xet/format/xet-hash.ts';
import { chunksOnly } from '../../src/modules/xet/format/xorb-framing.ts';
import { mutate, seededRandom, type Random } from '../harness/mutate.ts';
import {
  describeFile,
  encodeFile,
  encodeShard,
  encodeXorb,
  encodeXorbFooter,
  PACKING,
  type TestXorb,
} from '../harness/xet-encode.ts';

const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';
const BUDGET_MS = LONG ? 90_000 : 900;
const SLOWEST_MS = 1000;
const MOST_MEMORY = 16 * MiB;

/** Tries seeds until the time is up. `attempt` returns whether the damaged bytes were accepted. */
async function tryMany(attempt: (random: Random) => boolean | Promise<boolean>, code: string): Promise<void> {
  const deadline = performance.now() + BUDGET_MS;
  const counts = { accepted: 0, refused: 0 };
  for (let seed = LONG ? Date.now() % 1_000_000_000 : 1; performance.now() < deadline; seed += 1) {
    const started = performance.now();
    const before = process.memoryUsage().arrayBuffers;
    try {
      if (await attempt(seededRandom(seed))) counts.accepted += 1;
    } catch (error) {
      if (!isFault(error, code)) throw new Error(`seed ${seed}`, { cause: error });
      counts.refused += 1;
    }
    assert.ok(performance.now() - started < SLOWEST_MS, `seed ${seed} is slow`);
    // What was read is small; an allocation by a number from the bytes would be far larger.
    assert.ok(process.memoryUsage().arrayBuffers - before < MOST_MEMORY, `seed ${seed} needs memory`);
  }
  assert.ok(counts.accepted > 10 && counts.refused > 100, JSON.stringify(counts));
}

function someBytes(length: number, random: Random): Buffer {
  const letters = 1 + random(40);
  return Buffer.from(Array.from({ length }, () => random(letters)));
}

function someXorb(random: Random): TestXorb {
  const chunks = Array.from({ length: 1 + random(5) }, () => someBytes(1 + random(random(400) + 1), random));
  const packings = ['none', 'lz4', 'bg4'] as const;
  return encodeXorb(chunks, () => packings[random(3)] ?? 'none');
}

function* pieces(bytes: Buffer, random: Random): Generator<Uint8Array> {
  for (let at = 0, step = 0; at < bytes.length; at += step)
    yield bytes.subarray(at, at + (step = 1 + random(bytes.length)));
}

/** The hashes of the chunks, as the decoder that clients use unpacks them. */
function hashesByOther(xorb: Buffer): Buffer[] {
  const hashes: Buffer[] = [];
  for (let at = 0; at < xorb.length;) {
    const end = at + 8 + xorb.readUIntLE(at + 1, 3);
    const packed = xorb.subarray(at + 8, end);
    const scheme = xorb[at + 4];
    const unpacked = scheme === PACKING.none ? packed : decompressFrameSync(packed);
    const raw = Buffer.alloc(unpacked.length);
    if (scheme === PACKING.bg4) ungroup(unpacked, raw);
    hashes.push(chunkHash(scheme === PACKING.bg4 ? raw : unpacked));
    at = end;
  }
  return hashes;
}

void test(
  'a damaged xorb is refused, or read as clients read it',
  { timeout: BUDGET_MS + 60_000 },
  async () => {
    await tryMany(async (random) => {
      const xorb = someXorb(random);
      const fields = [0, ...xorb.ends].flatMap((start) => [start, start + 1, start + 4, start + 5]);
      const whole = random(2) === 0 ? xorb.bytes : Buffer.concat([xorb.bytes, encodeXorbFooter(xorb)]);
      const source = ReadableStream.from(pieces(mutate(whole, fields, random), random));
      const stored = Buffer.concat(await Array.fromAsync(chunksOnly(source)));
      const { index } = verifyXorb((offset, into) => stored.copy(into, 0, offset), stored.length);
      assert.equal(index.packedSize, stored.length);
      assert.deepEqual(index.hashes(0, index.count), Buffer.concat(hashesByOther(stored)));
      return true;
    }, xorbInvalid.code);
  },
);

void test(
  'a damaged LZ4 frame is refused, or read as clients read it',
  { timeout: BUDGET_MS + 60_000 },
  async () => {
    const room = new Uint8Array(3000);
    const header = 7;
    await tryMany((random) => {
      const frame = compressFrameSync(someBytes(1 + random(1000), random));
      // Behind the header, whose checksum would refuse nearly everything.
      const damaged = Buffer.concat([
        frame.subarray(0, header),
        mutate(frame.subarray(header), [0, 4, 5], random),
      ]);
      const length = decodeLz4Frame(damaged, room);
      assert.deepEqual(Buffer.from(room.subarray(0, length)), decompressFrameSync(damaged));
      return true;
    }, xorbInvalid.code);
  },
);

function someShard(random: Random): Buffer {
  const xorbs = Array.from({ length: 1 + random(3) }, () => someXorb(random));
  const files = Array.from({ length: random(4) }, () => {
    const terms = Array.from({ length: random(4) }, () => {
      const xorb = xorbs[random(xorbs.length)]!;
      const start = random(xorb.chunks.length);
      return { xorb, start, end: start + 1 + random(xorb.chunks.length - start) };
    });
    return describeFile(terms, random(2) === 0 ? undefined : sha256(String(random(1000))));
  });
  return encodeShard({ files, xorbs, footer: random(2) === 0 });
}

/** The offsets of what a file's records hold for nothing. */
function clearUnused(records: Buffer, terms: number): Buffer {
  const cleared = Buffer.from(records);
  cleared.fill(0, 40, 48);
  for (let at = 48 * (1 + terms); at < cleared.length; at += 48) cleared.fill(0, at + 32, at + 48);
  return cleared;
}

void test('a damaged shard is refused, or read as it stands', { timeout: BUDGET_MS + 60_000 }, async () => {
  await tryMany((random) => {
    const whole = someShard(random);
    const fields = Array.from({ length: whole.length / 4 }, (_, word) => word * 4).filter(
      (at) => at % 48 >= 32,
    );
    const damaged = mutate(whole, fields, random);
    let at = 48;
    for (const { hash, terms, sha256: claim } of parseShard(damaged)) {
      const file = { hash, terms: [...terms], ...(claim === undefined ? {} : { sha256: claim }) };
      const records = encodeFile(file);
      assert.ok(records.equals(clearUnused(damaged.subarray(at, at + records.length), terms.length)));
      at += records.length;
    }
    return true;
  }, shardInvalid.code);
});
