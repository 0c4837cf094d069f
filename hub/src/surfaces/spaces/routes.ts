// What the origin of a Space answers: its files, and the doors by which the hub lets a browser in.
import { z } from 'zod';
import { isFault } from '@holdfast/kernel/fault';
import { type ServedSpace } from '#modules/spaces';
import { answerPreflight } from '../route/answer.ts';
import { routeMissing } from '../route/faults.ts';
import { defineRoute, type Call, type Route } from '../route/route.ts';
import { cookieHeader, findCookie } from '../web/cookies.ts';
import { findAnswer, type Answer } from './find-answer.ts';
import { frameRoute } from './frame-route.ts';
import { isFrame, noticeFramers } from './frames.ts';
import { answerNotice } from './notice.ts';
import { redirect } from './redirect.ts';
import { sendSpaceFile, type SendingDeps } from './send-space-file.ts';
import { labelIn } from './space-address.ts';
import { ProgramVisits, type ProgramDeps } from './visit-program.ts';
import { VISIT_PATH } from './visit-route.ts';
import { SAY } from './words.ts';
import { digestOfMark, localPath, MARK_DIGEST, newMark, sessionOf, signPass } from './visits.ts';

/** What serving Spaces needs. */
export type SpaceDeps = SendingDeps & ProgramDeps;

type SpaceCall = Call<unknown, unknown, unknown>;

/** How each method at a Space's origin is called. */
const OPERATIONS = {
  GET: 'getSpaceFile',
  HEAD: 'headSpaceFile',
  POST: 'postToSpace',
  PUT: 'putToSpace',
  PATCH: 'patchInSpace',
  DELETE: 'deleteInSpace',
  OPTIONS: 'askSpaceForOptions',
} as const;

/** The routes of every Space's origin. */
export function spaceSiteRoutes(deps: SpaceDeps): Route[] {
  const visits = new ProgramVisits(deps);
  const route = (method: keyof typeof OPERATIONS): Route =>
    defineRoute({
      operation: OPERATIONS[method],
      summary: 'A file of a static Space, or what the program of another answers',
      method,
      path: '/*',
      access: 'anyone',
      allowance: 'resolve',
      params: z.unknown(),
      query: z.unknown(),
      bodyKind: method === 'GET' || method === 'HEAD' ? 'none' : 'stream',
      body: z.unknown(),
      output: 'stream',
      ownHead: true,
      run: (call) => answer({ ...deps, visits }, call),
    });
  return [
    enterRoute(deps),
    frameRoute(deps),
    ...(Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[]).map(route),
  ];
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
        answerNotice({ request, reply, baseUrl }, { status: 403, title: 'Space', text: SAY.worthless });
        return Promise.resolve();
      }
      const pass = signPass(deps.keys, 'space-cookie', { label, sessionId, at: now, browser: '' });
      redirect(reply.raw, localPath(query.to), { cookies: [cookieHeader('space', pass, baseUrl)] });
      return Promise.resolve();
    },
  });
}

async function answer(deps: SpaceDeps & { readonly visits: ProgramVisits }, call: SpaceCall): Promise<void> {
  const { request, reply, baseUrl } = call;
  const { method = '' } = request;
  const label = labelIn(request.headers.host, deps.spacesHost) ?? '';
  const served = await (method === 'OPTIONS' ? findOpen(deps, call, label) : openOrSignIn(deps, call, label));
  if (served === undefined) {
    // The same for a Space that is not there, and for one whose files anybody may ask for from anywhere.
    if (method === 'OPTIONS') answerPreflight(reply, reply.request.id);
    return;
  }
  const runs = served.configuration?.program !== undefined;
  if (!runs && method === 'OPTIONS') {
    answerPreflight(reply, reply.request.id);
    return;
  }
  if (!runs && method !== 'GET' && method !== 'HEAD') throw routeMissing(method, pathOf(request.url));
  const asked = { label, url: request.url ?? '/', baseUrl };
  const found: Answer = await findAnswer(deps, served, asked);
  if (found.kind === 'redirect') redirect(reply.raw, found.to, { tellsOrigin: isFrame(request) });
  else if (found.kind === 'notice') answerNotice(call, found, noticeFramers(call.actor, deps.hubUrl()));
  else if (found.kind === 'program') await deps.visits.answer(call, served);
  else await sendSpaceFile(deps, call, found);
}

function pathOf(url = '/'): string {
  return url.split('?', 1)[0] ?? '/';
}

/** The Space, if the caller may open it. */
async function findOpen(
  deps: SpaceDeps,
  { actor }: SpaceCall,
  label: string,
): Promise<ServedSpace | undefined> {
  return await deps.spaces.open(actor, label).catch((error: unknown) => {
    if (isFault(error)) return undefined;
    throw error;
  });
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
    if (isFrame(request)) {
      // The hub is shown in no frame, and so nobody signs in there.
      const link = `${baseUrl}${localPath(request.url)}`;
      const notice = { status: 403, title: 'Space', text: SAY.apart, link } as const;
      answerNotice({ request, reply, baseUrl }, notice, deps.hubUrl());
      return undefined;
    }
    // Two windows may be on their way at once: the mark stays.
    const found = findCookie('mark', request.headers.cookie, baseUrl) ?? '';
    const mark = MARK_DIGEST.test(found) ? found : newMark();
    const asked = new URLSearchParams({
      space: label,
      browser: digestOfMark(mark),
      to: localPath(request.url),
    });
    const address = `${deps.hubUrl()}${VISIT_PATH}?${String(asked)}`;
    redirect(reply.raw, address, { cookies: [cookieHeader('mark', mark, baseUrl)] });
    return undefined;
  }
}
