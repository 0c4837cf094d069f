// What the origin of a Space answers: its files, and the door by which the hub lets a browser in.
import { z } from 'zod';
import { isFault } from '@holdfast/kernel/fault';
import { type ServedSpace } from '#modules/spaces';
import { defineRoute, type Call, type Route } from '../route/route.ts';
import { findAnswer, type Answer } from './find-answer.ts';
import { answerNotice } from './notice.ts';
import { redirect } from './redirect.ts';
import { sendSpaceFile, type SendingDeps } from './send-space-file.ts';
import { labelIn } from './space-address.ts';
import { VISIT_PATH } from './visit-route.ts';
import { localPath, sessionOf, signPass, spaceCookie } from './visits.ts';

/** What serving Spaces needs. */
export interface SpaceDeps extends SendingDeps {
  /** Where the hub itself is, without a slash at the end. */
  readonly hubUrl: () => string;
}

type SpaceCall = Call<unknown, unknown, unknown>;

/** The routes of every Space's origin. */
export function spaceSiteRoutes(deps: SpaceDeps): Route[] {
  const file = (method: 'GET' | 'HEAD'): Route =>
    defineRoute({
      operation: method === 'GET' ? 'getSpaceFile' : 'headSpaceFile',
      summary: 'A file of a static Space',
      method,
      path: '/*',
      access: 'anyone',
      allowance: 'resolve',
      params: z.unknown(),
      query: z.unknown(),
      bodyKind: 'none',
      body: z.unknown(),
      output: 'stream',
      ownHead: true,
      run: (call) => answer(deps, call),
    });
  return [enterRoute(deps), file('GET'), file('HEAD')];
}

function enterRoute(deps: SpaceDeps): Route {
  return defineRoute({
    operation: 'enterSpace',
    summary: 'Come from the hub with a ticket, and keep a cookie for this Space alone',
    method: 'GET',
    path: '/-/enter',
    access: 'open',
    allowance: 'none',
    params: z.unknown(),
    query: z.object({ ticket: z.string().max(500), to: z.string().max(4_000).optional() }),
    bodyKind: 'none',
    body: z.unknown(),
    output: 'stream',
    run({ request, reply, query, baseUrl }) {
      const label = labelIn(request.headers.host, deps.spacesHost) ?? '';
      const at = deps.clock.now();
      const sessionId = sessionOf(deps.keys, 'space-ticket', { text: query.ticket, label, now: at });
      const cookie =
        sessionId && spaceCookie(baseUrl, signPass(deps.keys, 'space-cookie', { label, sessionId, at }));
      // A ticket that is worth nothing leads on all the same: whoever may not come in is told there.
      redirect(reply.raw, localPath(query.to), cookie);
      return Promise.resolve();
    },
  });
}

async function answer(deps: SpaceDeps, call: SpaceCall): Promise<void> {
  const { request, reply, baseUrl } = call;
  const label = labelIn(request.headers.host, deps.spacesHost) ?? '';
  const served = await openOrSignIn(deps, call, label);
  if (served === undefined) return;
  const asked = { label, url: request.url ?? '/', baseUrl };
  const found: Answer = await findAnswer(deps, served, asked);
  if (found.kind === 'redirect') redirect(reply.raw, found.to);
  else if (found.kind === 'notice') answerNotice(call, found);
  else await sendSpaceFile(deps, call, found);
}

/** The Space; `undefined` where a browser was sent to the hub instead, to sign in. */
async function openOrSignIn(
  deps: SpaceDeps,
  { request, reply, actor }: SpaceCall,
  label: string,
): Promise<ServedSpace | undefined> {
  try {
    return await deps.spaces.open(actor, label);
  } catch (error) {
    const byPerson = request.headers.accept?.includes('text/html') === true;
    if (!isFault(error) || actor.kind !== 'anonymous' || !byPerson) throw error;
    // The same for a Space that is not there: who is not signed in learns nothing.
    const asked = new URLSearchParams({ space: label, to: localPath(request.url) });
    redirect(reply.raw, `${deps.hubUrl()}${VISIT_PATH}?${String(asked)}`);
    return undefined;
  }
}
