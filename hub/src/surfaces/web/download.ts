// `GET {prefix}/{namespace}/{name}/download/*`: the bytes of a file for a browser in which somebody is signed in: pictures of
// a card, and what a page links to. What it sends can act as nothing: it comes with a sandboxing policy and a type that runs
// nowhere, as every file of a repository does.
// Invariant: a cookie opens a file for our own pages and for who goes there themselves, never for a part of another page.
import { type IncomingMessage } from 'node:http';
import { z } from 'zod';
import { type BufferPool } from '@holdfast/platform/buffer-pool';
import { isRecorded, referencesOf } from '#modules/access';
import { type Content, type Visit as Place } from '#modules/content';
import { entryMissing, entryUnnamed } from '#modules/git';
import { type Reads } from '#modules/ledger';
import { repoMissing, type Repos } from '#modules/repos';
import { type Sessions, type Visit } from '#modules/sessions';
import { WATCHED_SIZE, type LiveStreams, type StreamRight } from '../http/live-streams.ts';
import { sendFile } from '../http/send-file.ts';
import { restOfPage } from '../hub/content/rest.ts';
import { openStored, type StoredDeps } from '../hub/files/stored-file.ts';
import { addressOf, RepoParams } from '../hub/repos/names.ts';
import { defineRoute, type Call, type Route } from '../route/route.ts';
import { findCookie } from './cookies.ts';

/** What sending needs. */
export interface DownloadDeps extends StoredDeps {
  readonly content: Content;
  readonly repos: Repos;
  readonly reads: Reads;
  readonly sessions: Sessions;
  readonly streams: LiveStreams;
  readonly buffers: BufferPool;
  readonly anonymousMayRead: boolean;
}

const Params = RepoParams.extend({ '*': z.string() });
type DownloadCall = Call<z.output<typeof Params>, unknown, unknown>;

/** Sends a file to a page, or to who follows a link of one. */
export function downloadRoute(deps: DownloadDeps): Route {
  return defineRoute({
    operation: 'getPageDownload',
    summary: 'A file of a repository, for a browser',
    method: 'GET',
    path: '{prefix}/{namespace}/{name}/download/*',
    access: 'page',
    allowance: 'resolve',
    params: Params,
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: 'stream',
    ownHead: true,
    run: async (call) => await answerDownload(deps, call),
  });
}

async function answerDownload(deps: DownloadDeps, call: DownloadCall): Promise<void> {
  const { request, reply, address } = call;
  const visit = isOwnUse(request) ? await findVisit(deps, call) : undefined;
  const actor = visit?.actor ?? { kind: 'anonymous' as const, mayReadPublic: deps.anonymousMayRead };
  const raw = restOfPage(request, call.repoType);
  const place = await deps.content.visit({ actor, address }, addressOf(call), raw);
  const file = place.path === '' ? undefined : await deps.content.findVisited(place);
  const stored = file && (await openStored(deps, { repoId: place.repo.id, file }, 'content'));
  if (stored === undefined) throw place.path === '' ? entryUnnamed() : entryMissing(place.path);
  await recordRead(deps.reads, place);
  const headers = {
    ...stored.headers,
    // No page elsewhere shows it, not even one on a host beside ours, to which a browser sends the cookie along.
    'Cross-Origin-Resource-Policy': 'same-origin',
    Vary: 'Cookie',
    'X-Request-Id': String(reply.request.id),
  };
  const exchange = { request, response: reply.raw };
  if (stored.size < WATCHED_SIZE) {
    await sendFile(exchange, { ...stored, headers }, { buffers: deps.buffers });
    return;
  }
  using live = deps.streams.watch(rightOf(deps, visit, place));
  await sendFile(exchange, { ...stored, headers }, { buffers: deps.buffers, signal: live.signal });
}

async function findVisit(deps: DownloadDeps, { request, baseUrl }: DownloadCall): Promise<Visit | undefined> {
  const value = findCookie('session', request.headers.cookie, baseUrl);
  return value === undefined ? undefined : await deps.sessions.find(value);
}

async function recordRead(reads: Reads, { repo, visitor, commit, path }: Place): Promise<void> {
  if (!isRecorded(repo)) return;
  const { actor, address } = visitor;
  await reads.recordRead({ ...referencesOf(actor), address, repoId: repo.id, revision: commit, path });
}

/** Whether a browser asks for a page of ours, or because somebody goes to the file (Fetch Metadata, W3C). */
function isOwnUse({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return true;
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

function rightOf(deps: DownloadDeps, visit: Visit | undefined, { repo, visitor }: Place): StreamRight {
  const id = visit?.session.id;
  return {
    key: `download/${id ?? ''}/${repo.id}`,
    expiresAt: visit?.session.expiresAt ?? null,
    endsSilently: true,
    check: async () => {
      const now = id === undefined ? visitor.actor : (await deps.sessions.findById(id))?.actor;
      const present = await deps.repos.findById(repo.id);
      if (present === undefined || now === undefined) throw repoMissing();
      await deps.repos.get(now, present, 'read');
    },
  };
}
