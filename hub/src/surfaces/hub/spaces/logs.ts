// `GET /api/spaces/{namespace}/{name}/logs/{kind}`: what was said while a Space was made ready, or while it ran.
import { z } from 'zod';
import { type Clock } from '@holdfast/kernel/clock';
import { type Repos } from '#modules/repos';
import { type Runtime, type Spaces } from '#modules/spaces';
import { defineRoute, type Route } from '../../route/route.ts';
import { RepoParams } from '../repos/names.ts';

/** What the route needs. */
export interface LogDeps {
  readonly clock: Clock;
  readonly repos: Repos;
  readonly spaces: Spaces;
}

/**
 * The logs, as events that a client may follow (server-sent events, HTML standard, section 9.2). A static Space runs no
 * program, so that there is nothing to wait for: the stream ends after what its configuration has to say.
 */
export function getSpaceLogs(deps: LogDeps): Route {
  return defineRoute({
    operation: 'getSpaceLogs',
    summary: 'The logs of a Space, as a stream of events',
    method: 'GET',
    path: '/api/spaces/{namespace}/{name}/logs/{kind}',
    access: 'user',
    allowance: 'api',
    params: RepoParams.extend({ kind: z.enum(['build', 'run']) }),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: 'stream',
    async run({ actor, params, reply }) {
      const { namespace, name, kind } = params;
      await deps.repos.get(actor, { type: 'space', namespace, name }, 'write');
      const lines = kind === 'build' ? buildLog(await deps.spaces.runtime(actor, { namespace, name })) : [];
      const timestamp = deps.clock.now().toISOString();
      const events = lines.map((line) => `data: ${JSON.stringify({ data: `${line}\n`, timestamp })}\n\n`);
      reply.raw
        .writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' })
        .end(events.join(''));
    },
  });
}

function buildLog({ stage, error, notices }: Runtime): string[] {
  const said = notices.map((notice) => `README.md: ${notice}`);
  if (error !== undefined && !notices.includes(error)) said.push(error);
  return [...said, stage];
}
