// `GET /api/{type}/{namespace}/{name}/xet-{read,write}-token/{revision}`: a token for the Xet protocol. The answer stands
// in the body and in headers: a client of one age reads the one, and one of another age the other.
import { z } from 'zod';
import { type Room } from '#modules/blobs';
import { pullRequestsMissing, type Content } from '#modules/content';
import { type Repos } from '#modules/repos';
import { tokenRejected } from '#modules/tokens';
import { type XetAct } from '#modules/xet';
import { revisionRest } from '../hub/content/rest.ts';
import { Flag } from '../hub/query.ts';
import { addressOf, RepoParams } from '../hub/repos/names.ts';
import { runOf, type RunSource } from '../http/run-of.ts';
import { defineRoute, type Route } from '../route/route.ts';
import { openSession, sessionHeaders, type SessionDeps } from './addresses.ts';

/** What the routes need. */
export interface TokenDeps extends SessionDeps {
  readonly repos: Repos;
  readonly content: Content;
  readonly room: Room;
  readonly runProofs: RunSource;
}

/** The two routes. */
export function tokenRoutes(deps: TokenDeps): Route[] {
  return [tokenRoute(deps, 'read'), tokenRoute(deps, 'write')];
}

function tokenRoute(deps: TokenDeps, act: XetAct): Route {
  return defineRoute({
    operation: act === 'read' ? 'getXetReadToken' : 'getXetWriteToken',
    summary: `Get a token to ${act === 'read' ? 'download' : 'upload'} with the Xet protocol`,
    method: 'GET',
    path: `/api/{type}/{namespace}/{name}/xet-${act}-token/*`,
    access: 'anyone',
    allowance: 'api',
    params: RepoParams.extend({ '*': z.string() }),
    query: z.object({ create_pr: Flag }),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.object({ accessToken: z.string(), exp: z.int(), casUrl: z.string() }),
    async run(call) {
      const { actor, baseUrl, query, request, reply } = call;
      const run = await runOf(deps, request, tokenRejected);
      const repo = await deps.repos.get(actor, addressOf(call), act);
      if (query.create_pr) throw pullRequestsMissing();
      await deps.content.resolveRevision(repo, revisionRest(request));
      // Before gigabytes are sent for nothing: here a client shows why.
      if (act === 'write') await deps.room.expect(repo.id, 1);
      const session = await openSession(deps, { actor, run, repo, act, baseUrl });
      for (const [name, value] of Object.entries(sessionHeaders(session))) reply.raw.setHeader(name, value);
      return session;
    },
  });
}
