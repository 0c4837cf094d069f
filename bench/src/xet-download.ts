// GET of a large file that is stored in chunks: read, unpacked, checked against their hashes and put together by the hub,
// against nginx that sends the same bytes as one file.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { findProcess } from './cpu.ts';
import { writeRandom } from './download.ts';
import { openBenchHub } from './hub.ts';
import { findFreePort, startNginx } from './nginx.ts';
import { openScratch } from './program.ts';
import { requirePythonClient, uploadFolder } from './python-client.ts';
import { takeTurns, type Result } from './result.ts';
import { measureTransfer } from './transfer.ts';

/** Measures the throughput of one connection, in GB/s, with curl as the reader. */
export async function measureXetDownload(rounds: number): Promise<readonly Result[]> {
  await requirePythonClient();
  await using scratch = await openScratch();
  const folder = path.join(scratch.path, 'upload');
  await mkdir(folder);
  await writeRandom(path.join(folder, 'large.bin'));
  await using hub = await openBenchHub();
  await uploadFolder(hub, { folder, to: '.' });
  const url = `${hub.url}/${hub.repo}/resolve/main/large.bin`;
  const fromHub = [url, '-H', `Authorization: Bearer ${hub.token}`];
  const head = await hub.ask(url, { method: 'HEAD' });
  if (head.headers.get('x-xet-hash') === null) throw new Error('the file did not come in as chunks');
  const port = await findFreePort();
  await using nginx = await startNginx(scratch.path, port);
  const worker = await findProcess(nginx.child.pid ?? 0, /^nginx: worker/);
  const fromNginx = [`http://127.0.0.1:${port}/upload/large.bin`];
  const turns = await takeTurns(rounds, {
    hub: async () => await measureTransfer(hub.pid, fromHub),
    yard: async () => await measureTransfer(worker, fromNginx),
  });
  const units = { unit: 'GB/s', cpuUnit: 's/GiB', yardstick: 'nginx' };
  const goals = { goal: 'reach 0.5', limit: { of: 'rate', side: 'reach', limit: 0.5 } } as const;
  return [{ name: 'GET of 1 GiB stored through Xet', ...units, ...turns, ...goals }];
}
