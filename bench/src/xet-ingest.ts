// What it costs the hub to take a xorb in: received, stored, every chunk unpacked and hashed. Against the SHA-256 of the
// same bytes, which is what an upload of whole files would have to be verified with.
import { createHash, randomFillSync } from 'node:crypto';
import { KiB, MiB } from '@holdfast/kernel/size';
import { compressFrameSync } from 'lz4-napi';
import { withCpu } from './cpu.ts';
import { openBenchHub, type BenchHub } from './hub.ts';
import { takeTurns, type Result, type Turn } from './result.ts';

/** The size at which clients cut, and nearly the most that a xorb holds. */
const CHUNK = 64 * KiB;
const XORB = 60 * MiB;
/** Xorbs in a turn, sent one after the other: more at once would use more than one core. */
const XORBS = 8;
const GIB = 1024 * MiB;
const PACKING = { none: 0, lz4: 1 } as const;

/** Measures bytes of files a second, and processor time, for chunks as they are and for packed ones. */
export async function measureXetIngest(rounds: number): Promise<readonly Result[]> {
  await using hub = await openBenchHub();
  const results: Result[] = [];
  for (const { name, packing, fill } of KINDS) {
    const raw = fill(Buffer.alloc(XORB));
    const send = await openXorb(hub, encode(raw, packing));
    const turns = await takeTurns(rounds, {
      hub: async () => await measure(hub.pid, send),
      yard: async () => await measure(process.pid, () => createHash('sha256').update(raw).digest()),
    });
    const units = { unit: 'GB/s', cpuUnit: 's/GiB', yardstick: 'SHA-256' };
    results.push({ name, ...units, ...turns, goal: 'higher is better' });
  }
  return results;
}

/** How to send it. The hub itself tells its name, in the refusal of any other. */
async function openXorb(hub: BenchHub, xorb: Buffer<ArrayBuffer>): Promise<() => Promise<void>> {
  const opened = await hub.ask(`/api/models/${hub.repo}/xet-write-token/main`);
  const { casUrl, accessToken } = (await opened.json()) as { casUrl: string; accessToken: string };
  const send = async (name: string): Promise<Response> =>
    await fetch(`${casUrl}/v1/xorbs/default/${name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}` },
      body: xorb,
    });
  const none = '0'.repeat(64);
  const refusal = await (await send(none)).text();
  const name = (refusal.match(/[0-9a-f]{64}/g) ?? []).find((hash) => hash !== none);
  if (name === undefined) throw new Error(`the hub did not name the xorb: ${refusal}`);
  return async () => {
    const answer = await send(name);
    if (!answer.ok) throw new Error(`a xorb was refused: ${await answer.text()}`);
    await answer.arrayBuffer();
  };
}

const KINDS = [
  { name: 'Xorb of chunks as they are', packing: 'none', fill: (raw: Buffer) => randomFillSync(raw) },
  { name: 'Xorb of packed chunks', packing: 'lz4', fill: fillWithNumbers },
] as const;

/** Numbers near zero, as weights are: about half of their size when they are packed. */
function fillWithNumbers(raw: Buffer): Buffer {
  for (let at = 0; at + 4 <= raw.length; at += 4)
    raw.writeInt32LE(Math.floor((Math.random() - 0.5) * 512), at);
  return raw;
}

function encode(raw: Buffer, packing: keyof typeof PACKING): Buffer<ArrayBuffer> {
  const parts: Buffer[] = [];
  for (let at = 0; at < raw.length; at += CHUNK) {
    const chunk = raw.subarray(at, at + CHUNK);
    const packed = packing === 'none' ? chunk : compressFrameSync(chunk);
    const header = Buffer.alloc(8);
    header.writeUIntLE(packed.length, 1, 3);
    header.writeUInt8(PACKING[packing], 4);
    header.writeUIntLE(chunk.length, 5, 3);
    parts.push(header, packed);
  }
  return Buffer.concat(parts);
}

async function measure(pid: number, once: () => unknown): Promise<Turn> {
  const began = performance.now();
  const { cpu } = await withCpu(pid, async () => {
    for (let n = 0; n < XORBS; n += 1) await once();
  });
  const bytes = XORBS * XORB;
  return { rate: bytes / 1e6 / (performance.now() - began), cpu: (cpu * GIB) / bytes };
}
