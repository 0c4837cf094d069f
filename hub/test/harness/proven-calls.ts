// Calls that something else than who calls proves: a link that was signed, an access token of Xet. Each is of something that is there, in
// a private repository: with made-up ids in its place, it would be refused whether anything asked for the proof or not.
import { randomBytes } from 'node:crypto';
import { xetHashOf } from '../../src/modules/xet/format/xet-hash.ts';
import { askOne, put, sampleOf, uploadFile, type Sample } from './lfs.ts';
import { encodeShard } from './xet-encode.ts';
import { openXet, reconstruction, uploadXet, xetSample } from './xet.ts';

/** What proves that a call is allowed: parameters of its address, or the credential in its header. */
export type Proof =
  { readonly kind: 'link'; readonly query: string } | { readonly kind: 'xet'; readonly token: string };

/** What is sent. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | null;
}

/** A call, without its proof, and the proof. */
export interface ProvenCall extends Sent {
  readonly proof: Proof;
}

/** Whose repository, by whose token. */
export interface ProvenIn {
  readonly token: string;
  readonly repo: string;
}

type Calls = Record<string, ProvenCall>;

const JSON_BODY = { 'content-type': 'application/json' };

/** The calls by their operation, in an order in which each does what it is for. */
export async function openProvenCalls(hub: { readonly url: string }, where: ProvenIn): Promise<Calls> {
  return { ...(await callsOfLfs(hub, where)), ...(await callsOfXet(hub, where)) };
}

/** The same call with its proof; `spoilt`: with one whose signature has another letter. */
export function withProof({ proof, ...call }: ProvenCall, spoilt = false): Sent {
  const shown = proof.kind === 'link' ? proof.query : proof.token;
  const text = spoilt ? spoil(shown) : shown;
  return proof.kind === 'link'
    ? { ...call, url: `${call.url}?${text}` }
    : { ...call, headers: { ...call.headers, authorization: `Bearer ${text}` } };
}

/** Sends it, with headers beside its own; gives whether it was let in, and what was said. */
export async function send(
  { method, url, headers, body }: Sent,
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly allowed: boolean; readonly status: number; readonly said: string }> {
  const bytes = body === null || typeof body === 'string' ? body : new Uint8Array(body);
  const answer = await fetch(url, {
    method,
    headers: { ...headers, ...more },
    body: bytes,
    redirect: 'manual',
  });
  const text = await answer.text();
  const { status } = answer;
  const said = `${status} ${answer.headers.get('x-error-code')} ${text.slice(0, 200)}`;
  return { allowed: status < 400, status, said };
}

// Within the signature, which comes last: the last letter of all may stand for bits that nobody reads.
function spoil(text: string): string {
  const at = text.length - 20;
  return `${text.slice(0, at)}${text.charAt(at) === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
}

function byLink(href: string, call: Partial<Omit<ProvenCall, 'url' | 'proof'>>): ProvenCall {
  const [url = '', query = ''] = href.split('?');
  return { method: 'GET', headers: {}, body: null, ...call, url, proof: { kind: 'link', query } };
}

async function callsOfLfs(hub: { readonly url: string }, where: ProvenIn): Promise<Calls> {
  const [stored, coming, long] = [sampleOf(2_000), sampleOf(2_000), sampleOf(LONG)];
  await uploadFile(hub, { ...where, sample: stored, path: 'stored.bin' });
  const { actions: down } = await askOne(hub, { ...where, operation: 'download', sample: stored });
  const { actions: up } = await askOne(hub, { ...where, operation: 'upload', sample: coming });
  // Of one the parts are there, and of the other none: a part that is sent again is not the one that completes.
  const [parts, begun] = [await askParts(hub, where, long), await askParts(hub, where, sampleOf(LONG))];
  const etags: string[] = [];
  for (const [n, href] of parts.links.entries()) {
    const bytes = long.bytes.subarray(n * parts.size, (n + 1) * parts.size);
    etags.push((await put(href, bytes)).headers.get('etag') ?? '');
  }
  const whole = JSON.stringify({
    oid: long.oid,
    parts: etags.map((etag, n) => ({ partNumber: n + 1, etag })),
  });
  const arrived = JSON.stringify({ oid: coming.oid, size: coming.size });
  return {
    lfsGetObject: byLink(must(down?.download).href, {}),
    lfsPutObject: byLink(must(up?.upload).href, { method: 'PUT', body: coming.bytes }),
    lfsVerify: byLink(must(up?.verify).href, { method: 'POST', headers: JSON_BODY, body: arrived }),
    lfsPutPart: byLink(must(begun.links[0]), { method: 'PUT', body: randomBytes(begun.size) }),
    lfsComplete: byLink(parts.href, { method: 'POST', headers: JSON_BODY, body: whole }),
  };
}

/** So many bytes that they are sent in parts, by the limits of a test's hub. */
const LONG = 4_500_000;

async function askParts(hub: { readonly url: string }, where: ProvenIn, sample: Sample) {
  const wish = { ...where, operation: 'upload', sample, transfers: ['multipart'] } as const;
  const { href, header } = must((await askOne(hub, wish)).actions?.upload);
  const { chunk_size: size, ...links } = header;
  const sorted = Object.entries(links).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { href, size: Number(size), links: sorted.map(([, link]) => link) };
}

async function callsOfXet(hub: { readonly url: string }, where: ProvenIn): Promise<Calls> {
  const sample = xetSample();
  const { hash } = sample.file;
  await uploadXet(hub, { ...where, sample, path: 'chunks.bin' });
  const session = await openXet(hub, where, 'write');
  const proof = { kind: 'xet', token: session.accessToken } as const;
  const call = (path: string, method = 'GET', body: Uint8Array | string | null = null): ProvenCall => ({
    ...{ method, url: `${session.casUrl}${path}`, headers: {}, body, proof },
  });
  const { xorbs } = await reconstruction(session, hash);
  const part = must(xorbs[sample.xorb.hash]?.[0]);
  const [range] = part.ranges;
  const bytes = must(range).bytes;
  const shard = encodeShard({ files: [sample.file] });
  const xorb = `/v1/xorbs/default/${sample.xorb.hash}`;
  return {
    fetchXorb: byLink(part.url, { headers: { range: `bytes=${bytes.start}-${bytes.end}` } }),
    findChunk: call(`/v1/chunks/default/${xetHashOf(must(sample.xorb.hashes[0]))}`),
    getReconstructionV1: call(`/v1/reconstructions/${hash}`),
    getReconstructions: call(`/v1/reconstructions?file_id=${hash}`),
    getReconstruction: call(`/v2/reconstructions/${hash}`),
    headXetFile: call(`/v1/files/${hash}`, 'HEAD'),
    headXorb: call(xorb, 'HEAD'),
    putXorb: call(xorb, 'POST', sample.xorb.bytes),
    putShard: call('/v1/shards', 'POST', shard),
    putShardTelling: call('/v2/shards', 'POST', shard),
    putNamedShard: call(`/shard/default/${hash}`, 'PUT', shard),
    dropTelemetry: call('/v1/telemetry', 'POST', '{}'),
  };
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the hub did not answer as it has to');
  return value;
}
