// Speaks to a served hub as a Xet client does, step by step, so that a test can do one of the steps wrongly.
import { randomBytes } from 'node:crypto';
import { sha256, type Sha256 } from '@holdfast/kernel/digest';
import { commit } from './lfs.ts';
import {
  contentOf,
  describeFile,
  encodeShard,
  encodeXorb,
  type Packing,
  type TestFile,
  type TestTerm,
  type TestXorb,
} from './xet-encode.ts';

/** A hub that serves, in this process or another. */
interface Hub {
  readonly url: string;
}

/** What a token route answered. */
export interface XetSession {
  readonly casUrl: string;
  readonly accessToken: string;
  readonly exp: number;
}

/** Who asks about which repository. */
export interface Asking {
  readonly token?: string | undefined;
  readonly repo: string;
}

/** Asks for a token; gives the answer as it came. */
export async function askSession(
  hub: Hub,
  { token, repo }: Asking,
  act: 'read' | 'write',
): Promise<Response> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return await fetch(`${hub.url}/api/models/${repo}/xet-${act}-token/main`, { headers });
}

/** Asks for a token that must be given. */
export async function openXet(hub: Hub, asking: Asking, act: 'read' | 'write'): Promise<XetSession> {
  const answer = await askSession(hub, asking, act);
  if (answer.status !== 200) throw new Error(`the token route answered ${answer.status}`);
  return (await answer.json()) as XetSession;
}

/** Sends a request with a session's token. */
export async function askXet(
  session: XetSession,
  path: string,
  init: { method?: string; body?: Uint8Array; headers?: Record<string, string> } = {},
): Promise<Response> {
  const headers = { authorization: `Bearer ${session.accessToken}`, ...init.headers };
  const body = init.body === undefined ? {} : { body: new Uint8Array(init.body) };
  return await fetch(`${session.casUrl}${path}`, { method: init.method ?? 'GET', headers, ...body });
}

/** Sends a xorb; its name is its own, or this one. */
export async function putXorb(
  session: XetSession,
  xorb: TestXorb,
  hash: string = xorb.hash,
): Promise<Response> {
  return await askXet(session, `/v1/xorbs/default/${hash}`, { method: 'POST', body: xorb.bytes });
}

/** Sends a shard. */
export async function putShard(session: XetSession, bytes: Buffer, version: 1 | 2 = 1): Promise<Response> {
  return await askXet(session, `/v${version}/shards`, { method: 'POST', body: bytes });
}

/** A file of random chunks, in one xorb of its own. */
export interface XetSample {
  readonly xorb: TestXorb;
  readonly file: TestFile;
  readonly bytes: Buffer;
  readonly oid: Sha256;
}

/** Makes a file of so many chunks of so many bytes. */
export function xetSample(chunks = 4, size = 10_000, packing: Packing = 'none'): XetSample {
  return sampleOf(
    encodeXorb(
      Array.from({ length: chunks }, () => randomBytes(size)),
      packing,
    ),
  );
}

/** The file that a xorb's chunks, or these terms, make. */
export function sampleOf(xorb: TestXorb, terms?: readonly TestTerm[]): XetSample {
  const all = terms ?? [{ xorb, start: 0, end: xorb.chunks.length }];
  const bytes = contentOf(all);
  const oid = sha256(bytes);
  return { xorb, file: describeFile(all, oid), bytes, oid };
}

/** Uploads a file and commits it. */
export async function uploadXet(
  hub: Hub,
  wish: Asking & { readonly token: string; readonly sample: XetSample; readonly path: string },
): Promise<XetSession> {
  const { sample, path } = wish;
  const session = await openXet(hub, wish, 'write');
  await mustAnswer(await putXorb(session, sample.xorb));
  await mustAnswer(await putShard(session, encodeShard({ files: [sample.file] })));
  await commitXet(hub, wish, { sample, path });
  return session;
}

/** Commits a file that was registered. */
export async function commitXet(
  hub: Hub,
  to: { readonly token: string; readonly repo: string },
  file: { readonly sample: XetSample; readonly path: string },
): Promise<string> {
  const { oid, bytes } = file.sample;
  const value = { path: file.path, algo: 'sha256', oid, size: bytes.length };
  return await commit(hub, to, [{ key: 'lfsFile', value }]);
}

async function mustAnswer(answer: Response): Promise<void> {
  if (answer.status !== 200)
    throw new Error(`${answer.url} answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}

/** A reconstruction of the second version. */
export interface Reconstruction {
  readonly offset_into_first_range: number;
  readonly terms: readonly {
    readonly hash: string;
    readonly unpacked_length: number;
    readonly range: { readonly start: number; readonly end: number };
  }[];
  readonly xorbs: Readonly<
    Record<
      string,
      readonly {
        readonly url: string;
        readonly ranges: readonly {
          readonly chunks: { readonly start: number; readonly end: number };
          readonly bytes: { readonly start: number; readonly end: number };
        }[];
      }[]
    >
  >;
}

/** The reconstruction of a file, which must be given. */
export async function reconstruction(
  session: XetSession,
  hash: string,
  range?: string,
): Promise<Reconstruction> {
  const headers = range === undefined ? {} : { range };
  const answer = await askXet(session, `/v2/reconstructions/${hash}`, { headers });
  if (answer.status !== 200) throw new Error(`the reconstruction answered ${answer.status}`);
  return (await answer.json()) as Reconstruction;
}
