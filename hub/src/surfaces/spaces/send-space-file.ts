// Sends a file of a Space to who may see it, for as long as they may.
import { type Clock } from '@holdfast/kernel/clock';
import { type BufferPool } from '@holdfast/platform/buffer-pool';
import { type Keys } from '@holdfast/platform/keys';
import { isRecorded, referencesOf } from '#modules/access';
import { type Content } from '#modules/content';
import { type Reads } from '#modules/ledger';
import { fullName, repoMissing } from '#modules/repos';
import { type Spaces } from '#modules/spaces';
import { WATCHED_SIZE, type LiveStreams, type StreamRight } from '../http/live-streams.ts';
import { sendFile } from '../http/send-file.ts';
import { openStored, type StoredDeps } from '../hub/files/stored-file.ts';
import { type Call } from '../route/route.ts';
import { type Answer } from './find-answer.ts';
import { framePolicy, noticeFramers } from './frames.ts';
import { answerNotice } from './notice.ts';
import { mediaTypeOf } from './space-files.ts';
import { SAY } from './words.ts';

/** What sending needs. */
export interface SendingDeps extends StoredDeps {
  readonly content: Content;
  readonly spaces: Spaces;
  readonly reads: Reads;
  readonly streams: LiveStreams;
  readonly buffers: BufferPool;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly spacesHost: string;
  /** Where the hub itself is, without a slash at the end. */
  readonly hubUrl: () => string;
}

type SpaceCall = Call<unknown, unknown, unknown>;
type FileAnswer = Extract<Answer, { readonly kind: 'file' }>;

/** Sends it. Who reads what is not everybody's is recorded first. */
export async function sendSpaceFile(deps: SendingDeps, call: SpaceCall, found: FileAnswer): Promise<void> {
  const { request, reply } = call;
  const { repo } = found.served;
  const stored = await openStored(deps, { repoId: repo.id, file: found.file }, 'content');
  if (stored === undefined) {
    const notice = { status: 404, title: fullName(repo), text: SAY.neverUploaded } as const;
    answerNotice(call, notice, noticeFramers(call.actor, deps.hubUrl()));
    return;
  }
  if (request.method === 'GET') await recordRead(deps.reads, call, found);
  const exchange = { request, response: reply.raw };
  const file = { ...stored, headers: { ...stored.headers, ...headersOf(found, call, deps.hubUrl()) } };
  if (request.method === 'HEAD' || stored.size < WATCHED_SIZE) {
    await sendFile(exchange, file, { buffers: deps.buffers });
    return;
  }
  using live = deps.streams.watch(rightOf(deps.spaces, call, found));
  await sendFile(exchange, file, { buffers: deps.buffers, signal: live.signal });
}

function headersOf(
  { file, headers, served: { repo } }: FileAnswer,
  { actor, reply }: SpaceCall,
  hubUrl: string,
): Record<string, string> {
  return {
    ...headers,
    // No other site, not even another Space, shows what not everybody may see.
    ...(isRecorded(repo) && { 'Cross-Origin-Resource-Policy': 'same-origin' }),
    'Content-Type': mediaTypeOf(file.path),
    'Content-Disposition': 'inline',
    // Its origin is all that it has, and nobody else is there: it may run what it likes.
    'Content-Security-Policy': framePolicy(actor, hubUrl) ?? 'frame-ancestors *',
    'Referrer-Policy': 'strict-origin-when-cross-origin',
    Vary: 'Origin, Authorization, Cookie',
    'X-Request-Id': String(reply.request.id),
  };
}

async function recordRead(
  reads: Reads,
  { actor, address }: SpaceCall,
  { served, file }: FileAnswer,
): Promise<void> {
  const { repo } = served;
  if (!isRecorded(repo)) return;
  const { commit: revision, path } = file;
  await reads.recordRead({ ...referencesOf(actor), address, repoId: repo.id, revision, path });
}

function rightOf(spaces: Spaces, call: SpaceCall, { served }: FileAnswer): StreamRight {
  const { actor, credential } = referencesOf(call.actor);
  const { label, repo } = served;
  return {
    key: `space/${actor ?? ''}/${credential ?? ''}/${repo.id}`,
    expiresAt: call.session?.token.expiresAt ?? null,
    // Nobody signed in has no session that could end.
    ...(call.session === undefined && call.actor.kind === 'user' && { endsSilently: true }),
    check: async () => {
      const now = await spaces.open((await call.callerNow()).actor, label);
      // Another may be at the label by now.
      if (now.repo.id !== repo.id || now.paused) throw repoMissing();
    },
  };
}
