// How long answers take, one question after another on one connection.
import http from 'node:http';
import { median } from '../result.ts';
import { type Kind } from './questions.ts';

/** One who asks. */
export interface Asker extends Disposable {
  /** Asks and reads the whole answer. Throws where it is no success. */
  ask(method: string, target: string): Promise<Answer>;
}

/** An answer and how long it took, in milliseconds. */
export interface Answer {
  readonly ms: number;
  readonly body: string;
  readonly link: string | undefined;
}

/** Opens a connection that is kept. Without a token nobody is signed in, unless the headers do it. */
export function openAsker(
  url: string,
  token: string | undefined,
  more: Readonly<Record<string, string>> = {},
): Asker {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const headers = token === undefined ? more : { ...more, authorization: `Bearer ${token}` };
  return {
    ask: async (method, target) => {
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      const start = performance.now();
      const request = http.request(new URL(target, url), { agent, method, headers }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('error', reject);
        response.once('end', () => {
          const ms = performance.now() - start;
          const body = Buffer.concat(parts).toString('utf8');
          if (response.statusCode === 200)
            resolve({ ms, body, link: response.headers['link'] as string | undefined });
          else
            reject(new Error(`${method} ${target} answered ${response.statusCode}: ${body.slice(0, 500)}`));
        });
      });
      request.once('error', reject).end();
      return await promise;
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

/** Times of one round. Milliseconds. */
export interface Round {
  readonly p50: number;
  readonly p95: number;
}

/** Asks `count` questions of a kind, beginning with the nth, so that each round asks other ones. */
export async function askRound(
  asker: Asker,
  kind: Kind,
  range: { from: number; count: number },
): Promise<Round> {
  const times: number[] = [];
  for (let n = 0; n < range.count; n += 1) {
    const target = kind.targets[(range.from + n) % kind.targets.length];
    if (target !== undefined) times.push((await asker.ask(kind.method, target)).ms);
  }
  return { p50: median(times), p95: quantile(times, 0.95) };
}

/** The value that a share of the others does not exceed. Throws when there is none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('nothing was measured');
  return value;
}
