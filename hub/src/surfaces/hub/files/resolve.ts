// `GET|HEAD {prefix}/{namespace}/{name}/resolve/*` and `…/raw/*`: the bytes of a file. `*` is a revision and a path.
import { countedAddress } from '@holdfast/kernel/network';
import { z } from 'zod';
import { type Clock } from '@holdfast/kernel/clock';
import { type BufferPool } from '@holdfast/platform/buffer-pool';
import { isRecorded, referencesOf } from '#modules/access';
import { type Content, type Visit } from '#modules/content';
import { entryMissing, entryUnnamed } from '#modules/git';
import { type Reads } from '#modules/ledger';
import { type Repos } from '#modules/repos';
import { type Authentication } from '#modules/tokens';
import { Endings } from '../../http/endings.ts';
import { WATCHED_SIZE, type LiveStreams } from '../../http/live-streams.ts';
import { sendFile } from '../../http/send-file.ts';
import { defineRoute, type Call, type Route } from '../../route/route.ts';
import { callerRight } from '../caller-right.ts';
import { restOfPage } from '../content/rest.ts';
import { addressOf, RepoParams } from '../repos/names.ts';
import { DownloadCounter, type DownloadCounts } from './download-counter.ts';
import { openStored, type Depth, type StoredDeps } from './stored-file.ts';
import { asksForXet, sendXetFile, xetHeaders, type XetFileDeps } from './xet-file.ts';

/** What sending files needs. */
export interface FileDeps extends StoredDeps, XetFileDeps {
  readonly content: Content;
  readonly repos: Repos;
  readonly reads: Reads;
  readonly authentication: Authentication;
  readonly streams: LiveStreams;
  readonly buffers: BufferPool;
  readonly downloads: DownloadCounts;
  readonly clock: Clock;
}

const Params = RepoParams.extend({ '*': z.string() });
type FileCall = Call<z.output<typeof Params>, unknown, unknown>;

/** The four routes: content or pointer, with or without bytes. */
export function resolveRoutes(deps: FileDeps): Route[] {
  const counter = new DownloadCounter();
  const endings = new Endings();
  const route = (method: 'GET' | 'HEAD', depth: Depth): Route => {
    const [word, operation] = depth === 'content' ? ['resolve', 'File'] : ['raw', 'RawFile'];
    return defineRoute({
      operation: `${method === 'GET' ? 'get' : 'head'}${operation}`,
      summary: `${method === 'GET' ? 'Download' : 'Describe'} a file${depth === 'content' ? '' : ' as git has it'}`,
      method,
      path: `{prefix}/{namespace}/{name}/${word}/*`,
      access: 'anyone',
      allowance: 'resolve',
      params: Params,
      query: z.unknown(),
      bodyKind: 'none',
      body: z.unknown(),
      output: 'stream',
      ownHead: true,
      run: async (call) => await answerFile({ ...deps, counter, endings }, call, depth),
    });
  };
  return [
    route('GET', 'content'),
    route('HEAD', 'content'),
    route('GET', 'pointer'),
    route('HEAD', 'pointer'),
  ];
}

async function answerFile(
  deps: FileDeps & { readonly counter: DownloadCounter; readonly endings: Endings },
  call: FileCall,
  depth: Depth,
): Promise<void> {
  const { actor, address, request, reply } = call;
  const raw = restOfPage(request, call.repoType);
  const visit = await deps.content.visit({ actor, address }, addressOf(call), raw);
  const { repo, commit, path } = visit;
  const file = path === '' ? undefined : await deps.content.findVisited(visit);
  const stored = file && (await openStored(deps, { repoId: repo.id, file }, depth));
  if (stored === undefined) {
    // A client remembers under the commit that the file is not there.
    reply.raw.setHeader('x-repo-commit', commit);
    throw path === '' ? entryUnnamed() : entryMissing(path);
  }
  if (request.method === 'GET') {
    const recording = recordRead(deps.reads, visit);
    if (recording !== undefined) await recording;
    if (depth === 'content') deps.counter.note(deps, callerOf(call), repo.id);
  }
  const exchange = { request, response: reply.raw };
  const xet = stored.blob?.xet && (await xetHeaders(deps, call, { visit, hash: stored.blob.xet.hash }));
  const headers = { ...stored.headers, ...xet?.headers, 'X-Request-Id': String(reply.request.id) };
  const answered = { ...stored, headers };
  if (xet !== undefined && asksForXet(request)) {
    sendXetFile(reply.raw, xet, answered);
    return;
  }
  if (request.method === 'HEAD' || stored.size < WATCHED_SIZE) {
    await sendFile(exchange, answered, { buffers: deps.buffers, endings: deps.endings });
    return;
  }
  using live = deps.streams.watch(callerRight(deps, call, { repo, action: 'read' }));
  await sendFile(exchange, answered, { buffers: deps.buffers, signal: live.signal });
}

function recordRead(reads: Reads, { repo, visitor, commit, path }: Visit): Promise<void> | undefined {
  if (!isRecorded(repo)) return undefined;
  const { actor, address } = visitor;
  return reads.recordRead({ ...referencesOf(actor), address, repoId: repo.id, revision: commit, path });
}

function callerOf({ session, address }: FileCall): string {
  return session?.account.id ?? countedAddress(address);
}
