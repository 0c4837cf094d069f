// One download by curl, and what the server spent on it.
import { GiB } from '@holdfast/kernel/size';
import { withCpu } from './cpu.ts';
import { mustRun } from './program.ts';
import { type Turn } from './result.ts';

/** How many bytes are downloaded. */
export const SIZE: number = GiB;

/** Downloads `SIZE` bytes with these words for curl; the rate is in GB/s, the processor time in seconds for a GiB. */
export async function measureTransfer(server: number, args: readonly string[]): Promise<Turn> {
  const format = '%{http_code} %{size_download} %{time_total}';
  const command = ['-s', '-f', '-L', '-o', '/dev/null', '-w', format, ...args];
  const { result, cpu } = await withCpu(server, async () => await mustRun('curl', command));
  const [status, bytes, seconds] = result.split(' ').map(Number);
  if (status !== 200 || bytes !== SIZE || seconds === undefined) throw new Error(`curl saw ${result}`);
  return { rate: bytes / seconds / 1e9, cpu: (cpu / bytes) * GiB };
}
