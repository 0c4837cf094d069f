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
/** Thousands that are asked of each before it is believed: a leak differs in all of them, and what the machine does evens out. */
const MOST_ROUNDS = 4;

const NAMES = ['hidden', 'absent', 'nobody'] as const;
type Times = Readonly<Record<(typeof NAMES)[number], number[]>>;

/**
 * Fails where what is hidden takes another time than what is missing. `askFor` asks for `hidden`, and for `absent` and
 * `nobody`, which are not there.
 */
export async function assertSameTime(
  t: TestContext,
  askFor: (name: string) => Promise<Answer>,
): Promise<void> {
  const times: Times = { hidden: [], absent: [], nobody: [] };
  for (let round = 1; ; round += 1) {
    await askThousand(times, askFor);
    const absent = median(times.absent);
    const differs = (of: number[]): number => Math.abs(median(of) - absent) / absent;
    const [difference, noise] = [differs(times.hidden), differs(times.nobody)];
    t.diagnostic(`hidden differs by ${percent(difference)}, missing from missing by ${percent(noise)}`);
    if (difference <= MOST_DIFFERENCE) return;
    assert.ok(round < MOST_ROUNDS, `differs by ${percent(difference)} in ${times.hidden.length} of each`);
  }
}

/** Each in every place of the order, so that none pays for what the machine does meanwhile. */
async function askThousand(times: Times, askFor: (name: string) => Promise<Answer>): Promise<void> {
  for (let n = 0; n < 1000; n += 1)
    for (let at = 0; at < NAMES.length; at += 1) {
      const name = NAMES[(n + at) % NAMES.length] ?? 'hidden';
      times[name].push((await askFor(name)).ms);
    }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
