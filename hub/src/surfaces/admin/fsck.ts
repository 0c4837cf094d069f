// `GET /admin/fsck`: what is wrong with everything that is stored, a line of JSON for each step and each problem
import { Readable } from 'node:stream';
import { z } from 'zod';
import { type Fsck } from '#modules/upkeep';
import { defineRoute, type Route } from '../route/route.ts';

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
    async run({ query, reply }) {
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const events = fsck.run({ deep: query.deep === 'true', signal: gone.signal });
      await reply.header('content-type', 'application/x-ndjson').send(Readable.from(linesOf(events)));
    },
  });
}

async function* linesOf(events: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const event of events) yield `${JSON.stringify(event)}\n`;
  // A stream that was cut off must not look like a store in which nothing more is wrong.
  yield `${JSON.stringify({ event: 'end' })}\n`;
}
