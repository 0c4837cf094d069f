// Asks a hub's admin socket, as the operator's commands do, and says how long the whole answer took.
import http from 'node:http';
import path from 'node:path';
import { type BenchHub } from '../hub.ts';

/** An answer, whole. */
export interface AdminAnswer {
  readonly ms: number;
  readonly bytes: number;
  readonly text: string;
}

/** Asks; throws an `Error` when the answer is no success. */
export async function askAdmin(hub: BenchHub, target: string): Promise<AdminAnswer> {
  const began = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<AdminAnswer>();
  const socketPath = path.join(hub.data, 'run', 'admin.sock');
  const request = http.request({ socketPath, path: target, headers: { host: 'localhost' } }, (answer) => {
    const parts: Buffer[] = [];
    answer.on('data', (part: Buffer) => parts.push(part));
    answer.once('end', () => {
      const body = Buffer.concat(parts);
      const ms = performance.now() - began;
      if (answer.statusCode === 200) resolve({ ms, bytes: body.length, text: body.toString('utf8') });
      else reject(new Error(`${target} answered ${answer.statusCode}`));
    });
  });
  request.once('error', reject).end();
  return await promise;
}
