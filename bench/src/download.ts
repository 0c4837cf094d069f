// GET of a large file, through the whole request path of a real hub, against nginx that sends the same bytes.
import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, symlink } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MiB } from '@holdfast/kernel/size';
import { findProcess } from './cpu.ts';
import { commit, openBenchHub, type BenchHub } from './hub.ts';
import { findFreePort, startNginx } from './nginx.ts';
import { openScratch } from './program.ts';
import { takeTurns, type Result } from './result.ts';
import { measureTransfer, SIZE } from './transfer.ts';

/** Measures the throughput of one connection, in GB/s, with curl as the reader. */
export async function measureDownload(rounds: number): Promise<readonly Result[]> {
  await using scratch = await openScratch();
  const file = path.join(scratch.path, 'large.bin');
  const sha256 = await writeRandom(file);
  await using hub = await openBenchHub();
  await upload(hub, file, sha256);
  await serveStored(hub, file, sha256);
  const port = await findFreePort();
  await using nginx = await startNginx(scratch.path, port);
  const worker = await findProcess(nginx.child.pid ?? 0, /^nginx: worker/);
  const fromHub = [
    `${hub.url}/${hub.repo}/resolve/main/large.bin`,
    '-H',
    `Authorization: Bearer ${hub.token}`,
  ];
  const fromNginx = [`http://127.0.0.1:${port}/large.bin`];
  const turns = await takeTurns(rounds, {
    hub: async () => await measureTransfer(hub.pid, fromHub),
    yard: async () => await measureTransfer(worker, fromNginx),
  });
  const units = { unit: 'GB/s', cpuUnit: 's/GiB' };
  const goals = {
    goal: 'reach 1.0, aim for 1.3',
    limit: { of: 'rate', side: 'reach', limit: 1 },
  } as const;
  return [{ name: 'GET of 1 GiB', ...units, yardstick: 'nginx', ...turns, ...goals }];
}

/** Puts the hub's own file in the place of ours, so that both servers read the same pages of the same file. */
async function serveStored(hub: BenchHub, file: string, sha256: string): Promise<void> {
  const stored = path.join(hub.data, 'objects/store/sha256', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  await rename(file, `${file}.sent`);
  await symlink(stored, file);
  await rm(`${file}.sent`);
}

/** Writes a file of random bytes; gives its SHA-256. */
export async function writeRandom(file: string): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(MiB);
  await using target = await open(file, 'wx');
  for (let written = 0; written < SIZE; written += buffer.length) {
    hash.update(randomFillSync(buffer));
    await target.write(buffer);
  }
  return hash.digest('hex');
}

/** Uploads as clients do: batch, PUT to the link it gives, verify where asked, commit. */
async function upload(hub: BenchHub, file: string, oid: string): Promise<void> {
  const objects = [{ oid, size: SIZE }];
  const response = await hub.ask(`/${hub.repo}.git/info/lfs/objects/batch`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/vnd.git-lfs+json', Accept: 'application/vnd.git-lfs+json' },
    body: JSON.stringify({ operation: 'upload', transfers: ['basic'], hash_algo: 'sha256', objects }),
  });
  const batch = (await response.json()) as {
    objects: { actions?: { upload?: { href: string }; verify?: { href: string } } }[];
  };
  const { upload: put, verify } = batch.objects[0]?.actions ?? {};
  if (put === undefined) throw new Error('the hub offered no upload');
  await putFile(put.href, file);
  if (verify !== undefined) await hub.ask(verify.href, { method: 'POST', body: JSON.stringify(objects[0]) });
  await commit(hub, { key: 'lfsFile', value: { path: 'large.bin', algo: 'sha256', oid, size: SIZE } });
}

async function putFile(href: string, file: string): Promise<void> {
  const headers = { 'Content-Length': SIZE };
  const outgoing = request(href, { method: 'PUT', headers });
  const status = new Promise<number>((resolve, reject) => {
    outgoing.once('error', reject).once('response', (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
  });
  // A refusal may come before the last byte is sent, and then the answer says more than the broken connection.
  const sent = pipeline(createReadStream(file, { highWaterMark: MiB }), outgoing).catch(() => undefined);
  if ((await status) !== 200) throw new Error(`the upload was answered with ${await status}`);
  await sent;
}
