// Calls through a door: brokered to a host that it stands before, and plain in a tunnel that it does not read. The same server answers both,
// with a kilobyte, and wants the value of the secret.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import { openBrokered, type Brokered } from '@holdfast/door/played/brokered';
import { PLAYED, VALUES } from '@holdfast/door/played/values';
import { LEASE } from '@holdfast/vault/lease';
import { median } from '../result.ts';
import { quantile } from '../scale/latency.ts';
import type { Figures } from '../goals.ts';

const CONNECTIONS = 16;
const SECONDS = 4;
const SINGLE = 2_000;
const KIB = 1_024;
const [VALUE, PLACEHOLDER] = VALUES.openai;

interface Way {
  readonly host: string;
  readonly credential: string;
  /** Whom the client believes; the door when absent. */
  readonly ca?: string;
}

interface Measured {
  readonly rate: number;
  readonly middle: number;
  readonly late: number;
}

/** Gives what was measured. */
export async function measureCalls(rounds: number): Promise<Figures> {
  await using brokered = await openBrokered();
  // As often as the vault itself is asked.
  Object.assign(brokered.vault, LEASE);
  const ca = await readFile(path.join(brokered.world.folder, 'cert.pem'), 'utf8');
  const through: Way = { host: PLAYED.openai, credential: PLACEHOLDER };
  const plain: Way = { host: 'models.example.org', credential: VALUE, ca };
  const before = await memoryOf(brokered.door.pid);
  const measured: { brokered: Measured[]; plain: Measured[] } = { brokered: [], plain: [] };
  await measure(brokered, through); // warms compilers and caches
  await measure(brokered, plain);
  for (let round = 0; round < rounds; round += 1) {
    measured.brokered.push(await measure(brokered, through));
    measured.plain.push(await measure(brokered, plain));
  }
  const of = (whose: readonly Measured[], what: keyof Measured): number =>
    median(whose.map((one) => one[what]));
  const line = (name: string, what: keyof Measured, digits: number): string =>
    `${name.padEnd(52)}${of(measured.brokered, what).toFixed(digits)} brokered, ${of(measured.plain, what).toFixed(digits)} plain`;
  const ratio = of(measured.brokered, 'rate') / of(measured.plain, 'rate');
  const added = of(measured.brokered, 'late') - of(measured.plain, 'late');
  const said = [
    `${line(`calls a second, ${CONNECTIONS} connections`, 'rate', 0)}; ratio ${ratio.toFixed(2)} (reach 0.5)`,
    line('one call after the other, median (ms)', 'middle', 3),
    `${line('one call after the other, 99th percentile (ms)', 'late', 3)}; added ${added.toFixed(3)} (under 5)`,
    `leases of ${LEASE.uses} uses that the door asked for: ${brokered.vault.words.filter(({ type }) => type === 'ask').length}`,
    `memory of a door with six secrets: ${before.toFixed(0)} MiB before its first call, ${(await memoryOf(brokered.door.pid)).toFixed(0)} MiB after all`,
  ].join('\n');
  return {
    said,
    goals: [
      { what: 'the ratio of calls a second', figure: ratio, limit: 0.5, side: 'reach' },
      { what: 'what is added at the 99th percentile (ms)', figure: added, limit: 5, side: 'under' },
    ],
  };
}

async function measure(brokered: Brokered, way: Way): Promise<Measured> {
  const times = (await callFor(brokered, way, { calls: SINGLE })).toSorted((one, other) => one - other);
  const until = performance.now() + SECONDS * 1_000;
  const many = Array.from({ length: CONNECTIONS }, () => callFor(brokered, way, { until }));
  const calls = (await Promise.all(many)).reduce((sum, { length }) => sum + length, 0);
  return { rate: calls / SECONDS, middle: quantile(times, 0.5), late: quantile(times, 0.99) };
}

/** Calls on one connection, one after the other; gives how long each took, in milliseconds. */
async function callFor(
  brokered: Brokered,
  { host, credential, ca }: Way,
  { calls = Infinity, until = Infinity }: { readonly calls?: number; readonly until?: number },
): Promise<number[]> {
  const socket = await brokered.openTls(host, ca === undefined ? {} : { ca });
  const request = `GET /quick HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${credential}\r\n\r\n`;
  const times: number[] = [];
  socket.setNoDelay(true).setEncoding('latin1');
  while (times.length < calls && performance.now() < until) {
    const began = performance.now();
    await callOnce(socket, request);
    times.push(performance.now() - began);
  }
  socket.destroy();
  return times;
}

async function callOnce(socket: TLSSocket, request: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let answer = '';
  const read = (piece: string): void => {
    answer += piece;
    if (!/END(?:\r\n0\r\n\r\n)?$/.test(answer)) return;
    if (answer.startsWith('HTTP/1.1 200 ')) resolve();
    else reject(new Error(`a call failed: ${answer.slice(0, 300)}`));
  };
  const lose = (): void => reject(new Error(`the connection ended: ${answer.slice(0, 300)}`));
  socket.on('data', read).once('close', lose);
  socket.write(request);
  await promise.finally(() => socket.off('data', read).off('close', lose));
}

/** Proportional set size, in MiB. */
async function memoryOf(pid: number): Promise<number> {
  const said = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB$/m.exec(said)?.[1] ?? Number.NaN) / KIB;
}
