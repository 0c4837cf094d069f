// Stores one object and says when it is done. Run under strace by the durability test.
import { writeSync } from 'node:fs';
import { sha256 } from '@holdfast/kernel/digest';
import { MiB } from '@holdfast/kernel/size';
import { BufferPool } from '../../src/buffer-pool.ts';
import { openDiskStore } from '../../src/objects/disk.ts';
import { inChunks, patterned } from './contract.ts';

const [root = '', way] = process.argv.slice(2);
const bytes = patterned(3 * MiB + 5);
await using store = await openDiskStore({
  root,
  instance: 'traced',
  buffers: new BufferPool(),
  reserve: { bytes: 0, share: 0 },
});
if (way === 'parts') {
  const upload = await store.beginParts({ size: bytes.length, partSize: 2 * MiB });
  const parts = [];
  for (const number of [1, 2]) {
    const source = inChunks(bytes.subarray((number - 1) * 2 * MiB, number * 2 * MiB));
    parts.push({ number, ...(await store.putPart(upload, { number, source })) });
  }
  await store.completeParts(upload, { parts, sha256: sha256(bytes) });
} else if (way === 'pack') {
  await using staged = await store.packs.stage(inChunks(bytes), {
    limit: bytes.length,
    announced: bytes.length,
  });
  await staged.publish(sha256(bytes));
} else {
  await store.put(inChunks(bytes), { limit: bytes.length });
}
writeSync(1, 'stored\n');
