// `GET /admin/fsck`: what is wrong with everything that is stored, a line of JSON for each step and each problem
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { type Fsck } from '#modules/upkeep';
import { defineRoute, type Route } from '../route/route.ts';

/** How often the connection may be silent in the time after which it is ended, and that time where it has none. */
const BEATS = 4;
const SILENCE_MS = 60_000;

/** Looks through everything that is stored. It ends when the caller goes. */
export function runFsck({ fsck }: { fsck: Fsck }): Route {
  return defineRoute({
    operation: 'adminFsck',
    summary: 'Look through everything that is stored, and tell what is wrong',
    access: 'operator',
    allowance: 'none',
    method: 'GET',
    path: '/admin/fsck',
    params: z.unknown(),
    query: z.object({ deep: z.enum(['true', 'false']).default('false') }),
    bodyKind: 'none',
    body: z.unknown(),
    output: 'stream',
    async run({ query, request, reply }) {
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const beatMs = (request.socket.timeout || SILENCE_MS) / BEATS;
      const events = fsck.run({ deep: query.deep === 'true', signal: gone.signal });
      await reply.header('content-type', 'application/x-ndjson').send(Readable.from(linesOf(events, beatMs)));
    },
  });
}

async function* linesOf(events: AsyncIterable<object>, beatMs: number): AsyncGenerator<string> {
  for await (const event of withBeats(events, beatMs)) yield `${JSON.stringify(event)}\n`;
  // A stream that was cut off must not look like a store in which nothing more is wrong.
  yield `${JSON.stringify({ event: 'end' })}\n`;
}

/** The events, with a word at once and wherever the next takes long: a large object is read for hours. */
async function* withBeats(events: AsyncIterable<object>, beatMs: number): AsyncGenerator<object> {
  const iterator = events[Symbol.asyncIterator]();
  yield { event: 'waiting' };
  for (;;) {
    const next = iterator.next();
    // Who hangs up leaves it unheard.
    next.catch(() => undefined);
    let result = await within(next, beatMs);
    for (; result === undefined; result = await within(next, beatMs)) yield { event: 'waiting' };
    if (result.done === true) return;
    yield result.value;
  }
}

async function within<T>(next: Promise<T>, ms: number): Promise<T | undefined> {
  const over = new AbortController();
  const late = wait(ms, undefined, { signal: over.signal }).catch(() => undefined);
  try {
    return await Promise.race([next, late]);
  } finally {
    over.abort();
  }
}
