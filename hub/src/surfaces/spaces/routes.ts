// What the origin of a Space answers: its files, and the door by which the hub lets a browser in.
import { z } from 'zod';
import { isFault } from '@holdfast/kernel/fault';
import { type ServedSpace } from '#modules/spaces';
import { defineRoute, type Call, type Route } from '../route/route.ts';
import { cookieHeader, findCookie } from '../web/cookies.ts';
import { findAnswer, type Answer } from './find-answer.ts';
import { answerNotice } from './notice.ts';
import { redirect } from './redirect.ts';
import { sendSpaceFile, type SendingDeps } from './send-space-file.ts';
import { labelIn } from './space-address.ts';
import { VISIT_PATH } from './visit-route.ts';
import { digestOfMark, localPath, MARK_DIGEST, newMark, sessionOf, signPass } from './visits.ts';

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
      const now = deps.clock.now();
      const mark = findCookie('mark', request.headers.cookie, baseUrl);
      const ticket = { text: query.ticket, label, now, browser: digestOfMark(mark ?? '') };
      const sessionId = mark && sessionOf(deps.keys, 'space-ticket', ticket);
      if (sessionId === undefined || sessionId === '') {
        answerNotice({ request, reply }, { status: 403, title: 'Space', text: WORTHLESS });
        return Promise.resolve();
      }
      const pass = signPass(deps.keys, 'space-cookie', { label, sessionId, at: now, browser: '' });
      redirect(reply.raw, localPath(query.to), [cookieHeader('space', pass, baseUrl)]);
      return Promise.resolve();
    },
  });
}

const WORTHLESS =
  'You could not be let in: this address was used too late or by another browser, or your browser keeps no cookies. Open the Space again.';

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
  { request, reply, actor, baseUrl }: SpaceCall,
  label: string,
): Promise<ServedSpace | undefined> {
  try {
    return await deps.spaces.open(actor, label);
  } catch (error) {
    const byPerson = request.headers.accept?.includes('text/html') === true;
    if (!isFault(error) || actor.kind !== 'anonymous' || !byPerson) throw error;
    // The same for a Space that is not there: who is not signed in learns nothing.
    // Two windows may be on their way at once: the mark stays.
    const found = findCookie('mark', request.headers.cookie, baseUrl) ?? '';
    const mark = MARK_DIGEST.test(found) ? found : newMark();
    const asked = new URLSearchParams({
      space: label,
      browser: digestOfMark(mark),
      to: localPath(request.url),
    });
    const address = `${deps.hubUrl()}${VISIT_PATH}?${String(asked)}`;
    redirect(reply.raw, address, [cookieHeader('mark', mark, baseUrl)]);
    return undefined;
  }
}
