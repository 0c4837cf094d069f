// Compares the answers about something hidden with those about something that is not there, in what they say and in time.
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import type { TestContext } from 'node:test';

/** What was answered, without what differs each time. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly ms: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Asks over one connection that stays open. */
export async function ask(
  url: string,
  init: {
    method?: string;
    token?: string;
    body?: string;
    type?: string;
    headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Answer> {
  const startedAt = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = {
    ...init.headers,
    ...(init.token !== undefined && { authorization: `Bearer ${init.token}` }),
    ...(init.body !== undefined && {
      'content-type': init.type ?? 'application/json',
      'content-length': Buffer.byteLength(init.body),
    }),
  };
  const outgoing = request(url, { method: init.method ?? 'GET', headers, agent }, (incoming) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (text: string) => (body += text));
    incoming.on('end', () => {
      const { date: _date, 'x-request-id': _id, ...rest } = incoming.headers;
      resolve({ status: incoming.statusCode ?? 0, headers: rest, body, ms: performance.now() - startedAt });
    });
  });
  outgoing.on('error', reject).end(init.body);
  return await promise;
}

/** Closes the connection. */
export function closeAnswers(): void {
  agent.destroy();
}

/** How much a hidden repository may differ from a missing one, as a share of the time. */
const MOST_DIFFERENCE = 0.05;
/** Up to this, one missing repository differs from another on a quiet machine: then one round decides. */
const QUIET = 0.02;

/**
 * Fails where what is hidden takes another time than what is missing. `askFor` asks for `hidden`, and for `absent` and
 * `nobody`, which are not there.
 */
export async function assertSameTime(
  t: TestContext,
  askFor: (name: string) => Promise<Answer>,
): Promise<void> {
  for (let round = 1; ; round += 1) {
    const { difference, noise } = await compare(askFor);
    t.diagnostic(`hidden differs by ${percent(difference)}, missing from missing by ${percent(noise)}`);
    if (difference <= MOST_DIFFERENCE) return;
    // A leak differs every time. Where the machine differs from itself as well, it is asked again, not believed.
    assert.ok(noise > QUIET && round < 4, `differs by ${percent(difference)}`);
  }
}

/** By how much the hidden repository differs from a missing one, and that one from another, in one run. */
async function compare(
  askFor: (name: string) => Promise<Answer>,
): Promise<{ difference: number; noise: number }> {
  const names = ['hidden', 'absent', 'nobody'] as const;
  const times: Record<(typeof names)[number], number[]> = { hidden: [], absent: [], nobody: [] };
  // Each in every place of the order, so that none pays for what the machine does meanwhile.
  for (let n = 0; n < 1000; n += 1)
    for (let at = 0; at < names.length; at += 1) {
      const name = names[(n + at) % names.length] ?? 'hidden';
      times[name].push((await askFor(name)).ms);
    }
  const absent = median(times.absent);
  return {
    difference: Math.abs(median(times.hidden) - absent) / absent,
    noise: Math.abs(median(times.nobody) - absent) / absent,
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
