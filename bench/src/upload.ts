// What an upload costs the server, against what it costs the client that sends it.
import { randomFillSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { KiB } from '@holdfast/kernel/size';
import { withCpu } from './cpu.ts';
import { writeRandom } from './download.ts';
import { openBenchHub, type BenchHub } from './hub.ts';
import { openScratch } from './program.ts';
import { requirePythonClient, uploadFolder } from './python-client.ts';
import { type Result, type Turn } from './result.ts';

const FILES = 1_000;

/** Measures processor time, in seconds, of both sides of the same upload. */
export async function measureUpload(rounds: number): Promise<readonly Result[]> {
  await requirePythonClient();
  await using scratch = await openScratch();
  const results: Result[] = [];
  for (const { name, fill } of KINDS) {
    await using hub = await openBenchHub();
    const [server, client]: [Turn[], Turn[]] = [[], []];
    // New bytes in each round: what the hub holds already would not be sent. One more, to warm both sides.
    for (let round = 0; round <= rounds; round += 1) {
      const folder = path.join(scratch.path, `${results.length}-${round}`);
      await mkdir(folder);
      await fill(folder);
      const turn = await measureOne(hub, folder, `round-${round}`);
      if (round === 0) continue;
      server.push(turn.server);
      client.push(turn.client);
    }
    const goals = {
      goal: 'processor time under 0.5',
      limit: { of: 'cpu', side: 'under', limit: 0.5 },
    } as const;
    const units = { unit: 's', cpuUnit: 's', yardstick: 'the client' };
    results.push({ name, ...units, hub: server, yard: client, ...goals });
  }
  return results;
}

const KINDS: readonly { readonly name: string; readonly fill: (folder: string) => Promise<void> }[] = [
  {
    name: 'Upload of 1 GiB of random bytes',
    fill: async (folder) => void (await writeRandom(path.join(folder, 'large.bin'))),
  },
  {
    name: 'Upload of 1,000 files of 10 KB',
    async fill(folder) {
      const bytes = Buffer.alloc(10 * KiB);
      for (let file = 0; file < FILES; file += 1)
        await writeFile(path.join(folder, `${file}.bin`), randomFillSync(bytes));
    },
  },
];

async function measureOne(
  hub: BenchHub,
  folder: string,
  to: string,
): Promise<{ server: Turn; client: Turn }> {
  const { result, cpu } = await withCpu(hub.pid, async () => await uploadFolder(hub, { folder, to }));
  const { seconds, cpu: spent } = result;
  return { server: { rate: seconds, cpu }, client: { rate: seconds, cpu: spent } };
}
