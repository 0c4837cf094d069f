// Asks the hub for all that it gives out which is good by itself, and tries to use it, each time in a way of asking of its own.
import { randomBytes } from 'node:crypto';
import { sampleOf, uploadFile, type Sample } from './lfs.ts';
import { uploadXet, xetSample, type XetSample, type XetSession } from './xet.ts';

/** One request: whom to ask, and how. */
export type Ask = (
  url: string,
  wish?: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Buffer | string;
  },
) => Promise<{ readonly status: number; readonly text: string }>;

/** Asks over the network, with further headers. */
export function directly(more: Readonly<Record<string, string>> = {}): Ask {
  return async (url, { method = 'GET', headers = {}, body } = {}) => {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) };
    const answer = await fetch(url, { method, headers: { ...headers, ...more }, ...sent });
    return { status: answer.status, text: await answer.text() };
  };
}

/** A private model with a large file of each kind. */
export interface Model {
  readonly token: string;
  readonly repo: string;
  readonly linked: Sample;
  readonly chunked: XetSample;
}

/** Fills a model that is there. */
export async function fillModel(
  hub: { readonly url: string },
  to: { readonly token: string; readonly repo: string },
): Promise<Model> {
  const [linked, chunked] = [sampleOf(50_000), xetSample()];
  await uploadFile(hub, { ...to, sample: linked, path: 'linked.bin' });
  await uploadXet(hub, { ...to, sample: chunked, path: 'chunked.bin' });
  return { ...to, linked, chunked };
}

/** What was given out. */
export interface GivenOut {
  readonly download: string;
  readonly upload: { readonly url: string; readonly body: Buffer };
  readonly session: XetSession;
  /** Of a file in chunks. */
  readonly file: string;
  readonly part: { readonly url: string; readonly range: string };
}

/** The statuses of the routes that give something out. */
export async function askRoutes(ask: Ask, base: string, { token, repo, linked }: Model): Promise<number[]> {
  const object = { oid: linked.oid, size: linked.size };
  const batch = await askBatch(ask, base, { token, repo, operation: 'download', object });
  const session = await ask(sessionUrl(base, repo), { headers: bearer(token) });
  return [batch.status, session.status];
}

/** Asks for one of each. */
export async function askForAll(ask: Ask, base: string, model: Model): Promise<GivenOut> {
  const { token, repo, linked, chunked } = model;
  const body = randomBytes(1_000);
  const fresh = sampleOf(body);
  const linkTo = async (operation: 'download' | 'upload', { oid, size }: Sample): Promise<string> => {
    const answer = await askBatch(ask, base, { token, repo, operation, object: { oid, size } });
    const { objects } = JSON.parse(answer.text) as {
      objects: { actions: Record<string, { href: string }> }[];
    };
    return objects[0]?.actions[operation]?.href ?? '';
  };
  const download = await linkTo('download', linked);
  const upload = { url: await linkTo('upload', fresh), body };
  const session = JSON.parse(
    (await ask(sessionUrl(base, repo), { headers: bearer(token) })).text,
  ) as XetSession;
  const file = chunked.file.hash;
  const headers = bearer(session.accessToken);
  const { text } = await ask(`${session.casUrl}/v2/reconstructions/${file}`, { headers });
  const { xorbs } = JSON.parse(text) as {
    xorbs: Record<string, { url: string; ranges: { bytes: { start: number; end: number } }[] }[]>;
  };
  const [first] = Object.values(xorbs)[0] ?? [];
  const { start = 0, end = 0 } = first?.ranges[0]?.bytes ?? {};
  return { download, upload, session, file, part: { url: first?.url ?? '', range: `bytes=${start}-${end}` } };
}

/** The statuses of each when it is used: the download, the upload, the Xet token, and the part of a file in chunks. */
export async function useAll(ask: Ask, given: GivenOut): Promise<number[]> {
  const { download, upload, session, file, part } = given;
  const headers = bearer(session.accessToken);
  const answers = [
    await ask(download),
    await ask(upload.url, { method: 'PUT', body: upload.body }),
    await ask(`${session.casUrl}/v2/reconstructions/${file}`, { headers }),
    await ask(part.url, { headers: { range: part.range } }),
  ];
  return answers.map(({ status }) => status);
}

/** The same at another address of the hub, as somebody has it who carried it there. */
export function carriedTo(base: string, given: GivenOut): GivenOut {
  const move = (url: string): string => url.replace(/^https?:\/\/[^/]+/, base);
  return {
    ...given,
    download: move(given.download),
    upload: { ...given.upload, url: move(given.upload.url) },
    session: { ...given.session, casUrl: move(given.session.casUrl) },
    part: { ...given.part, url: move(given.part.url) },
  };
}

const bearer = (token: string): { readonly authorization: string } => ({ authorization: `Bearer ${token}` });

function sessionUrl(base: string, repo: string): string {
  return `${base}/api/models/${repo}/xet-read-token/main`;
}

async function askBatch(
  ask: Ask,
  base: string,
  wish: {
    readonly token: string;
    readonly repo: string;
    readonly operation: string;
    readonly object: { readonly oid: string; readonly size: number };
  },
): ReturnType<Ask> {
  const { token, repo, operation, object } = wish;
  return await ask(`${base}/${repo}.git/info/lfs/objects/batch`, {
    method: 'POST',
    headers: { ...bearer(token), 'content-type': 'application/vnd.git-lfs+json' },
    body: JSON.stringify({ operation, transfers: ['basic'], objects: [object], hash_algo: 'sha256' }),
  });
}
