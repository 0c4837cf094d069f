// Speaks to a served hub as an LFS client does, step by step, so that a test can do one of the steps wrongly.
import { createHash, randomBytes } from 'node:crypto';

/** A hub that serves, in this process or another. */
interface Hub {
  readonly url: string;
}

/** A file to upload. */
export interface Sample {
  readonly bytes: Buffer;
  readonly oid: string;
  readonly size: number;
}

/** A file of random bytes, or of these. */
export function sampleOf(content: number | string | Buffer): Sample {
  const bytes = typeof content === 'number' ? randomBytes(content) : Buffer.from(content);
  return { bytes, oid: createHash('sha256').update(bytes).digest('hex'), size: bytes.length };
}

/** Where to send or fetch something. */
export interface Action {
  readonly href: string;
  readonly header: Readonly<Record<string, string>>;
}

/** One object of an answered batch. */
export interface BatchObject {
  readonly oid: string;
  readonly size: number;
  readonly actions?: { readonly upload?: Action; readonly verify?: Action; readonly download?: Action };
  readonly error?: { readonly code: number; readonly message: string };
}

/** A batch to ask. */
export interface BatchWish {
  readonly token?: string | undefined;
  readonly repo: string;
  readonly operation: 'upload' | 'download';
  readonly objects: readonly { readonly oid: string; readonly size: number }[];
  readonly transfers?: readonly string[];
}

/** Asks a batch; gives the answer as it came. */
export async function askBatch(hub: Hub, wish: BatchWish): Promise<Response> {
  const { token, repo, ...body } = wish;
  return await fetch(`${hub.url}/${repo}.git/info/lfs/objects/batch`, {
    method: 'POST',
    headers: {
      'content-type': 'application/vnd.git-lfs+json',
      accept: 'application/vnd.git-lfs+json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ ...body, hash_algo: 'sha256', ref: { name: 'main' } }),
  });
}

/** Asks a batch for one object that must be accepted; gives that object. */
export async function askOne(
  hub: Hub,
  wish: Omit<BatchWish, 'objects'> & { readonly sample: { readonly oid: string; readonly size: number } },
): Promise<BatchObject> {
  const { sample, ...rest } = wish;
  const answer = await askBatch(hub, { ...rest, objects: [{ oid: sample.oid, size: sample.size }] });
  if (answer.status !== 200) throw new Error(`the batch answered ${answer.status}: ${await answer.text()}`);
  const { objects } = (await answer.json()) as { objects: BatchObject[] };
  if (objects[0] === undefined) throw new Error('the batch answered no object');
  return objects[0];
}

/** The link to which an object is to be sent. */
export async function uploadLink(
  hub: Hub,
  wish: { readonly token: string; readonly repo: string; readonly sample: Sample },
): Promise<string> {
  const { actions } = await askOne(hub, { ...wish, operation: 'upload' });
  if (actions?.upload === undefined) throw new Error('the batch gave no upload action');
  return actions.upload.href;
}

/** Sends bytes to a link. */
export async function put(href: string, bytes: Buffer): Promise<Response> {
  return await fetch(href, { method: 'PUT', body: new Uint8Array(bytes) });
}

/** Uploads a large file and commits it; gives the commit's id. */
export async function uploadFile(
  hub: Hub,
  wish: { readonly token: string; readonly repo: string; readonly sample: Sample; readonly path: string },
): Promise<string> {
  const sent = await put(await uploadLink(hub, wish), wish.sample.bytes);
  if (sent.status !== 200) throw new Error(`the upload answered ${sent.status}: ${await sent.text()}`);
  const { oid, size } = wish.sample;
  const value = { path: wish.path, algo: 'sha256', oid, size };
  return await commit(hub, wish, [{ key: 'lfsFile', value }]);
}

/** Commits operations to `main`; gives the commit's id. */
export async function commit(
  hub: Hub,
  to: { readonly token: string; readonly repo: string },
  operations: readonly object[],
): Promise<string> {
  const header = { key: 'header', value: { summary: 'test', description: '' } };
  const answer = await fetch(`${hub.url}/api/models/${to.repo}/commit/main`, {
    method: 'POST',
    headers: { authorization: `Bearer ${to.token}`, 'content-type': 'application/x-ndjson' },
    body: [header, ...operations].map((line) => JSON.stringify(line)).join('\n'),
  });
  if (answer.status !== 200) throw new Error(`the commit answered ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { commitOid: string }).commitOid;
}

/** The operation that writes a regular file. */
export function regularFile(path: string, content: string | Buffer): object {
  return {
    key: 'file',
    value: { path, content: Buffer.from(content).toString('base64'), encoding: 'base64' },
  };
}
