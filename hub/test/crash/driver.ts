// Clients that upload and commit without pause, whatever happens to the server, and remember what they were told.
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { KiB } from '@holdfast/kernel/size';
import { commit, put, regularFile, sampleOf, uploadLink } from '../harness/lfs.ts';
import { encodeShard, encodeXorb } from '../harness/xet-encode.ts';
import { openXet, putShard, putXorb, sampleOf as xetSampleOf } from '../harness/xet.ts';

/** Where the server is at the moment, and who commits. */
export interface Site {
  url: string;
  readonly token: string;
  readonly repo: string;
}

/** Makes the repository that clients commit to. Throws when it is refused. */
export async function createRepo({ url, token, repo }: Site): Promise<void> {
  const made = await fetch(`${url}/api/repos/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'model', name: repo.slice(repo.indexOf('/') + 1), private: true }),
  });
  if (made.status !== 200) throw new Error(`${repo} was not made: ${await made.text()}`);
}

/** A commit that the server said is done. */
export interface Acknowledged {
  readonly path: string;
  readonly sha256: string;
  readonly commit: string;
}

/** How a file goes up; a driver takes turns. */
export const WAYS = ['regular', 'lfs', 'xet'] as const;
const ENDINGS = { regular: 'txt', lfs: 'bin', xet: 'safetensors' } as const;

/** One client. It commits files of every kind by turns. */
export class Driver {
  readonly #site: Site;
  readonly #name: string;
  readonly acknowledged: Acknowledged[] = [];
  /** What was sent under each path, acknowledged or not. */
  readonly sent = new Map<string, string>();
  /** Answers that were neither success nor a broken connection nor "not now". */
  readonly strange: string[] = [];
  /** What else it was answered: that nothing is known, or not now. */
  readonly refused: string[] = [];

  constructor(name: string, site: Site) {
    this.#name = name;
    this.#site = site;
  }

  /** Commits until the signal fires. */
  async run(signal: AbortSignal): Promise<void> {
    for (let n = 0; !signal.aborted; n += 1) {
      try {
        await this.#commitOne(n);
      } catch (error) {
        this.#note(error);
        await delay(20);
      }
    }
  }

  async #commitOne(n: number): Promise<void> {
    const way = WAYS[n % WAYS.length] ?? 'regular';
    const regular = way === 'regular';
    const content = randomBytes(randomInt(regular ? 1 : 50_000, regular ? 50_000 : 2_000_000));
    const sample = sampleOf(content);
    const path = `${this.#name}/${n}.${ENDINGS[way]}`;
    this.sent.set(path, sample.oid);
    const { repo } = this.#site;
    const hub = { url: this.#site.url };
    const to = { token: this.#site.token, repo };
    if (way === 'xet') await uploadChunks(hub, to, content);
    if (way === 'lfs') {
      const answer = await put(await uploadLink(hub, { ...to, sample }), content);
      if (answer.status !== 200)
        throw new Error(`the upload answered ${answer.status}: ${await answer.text()}`);
    }
    const value = { path, algo: 'sha256', oid: sample.oid, size: sample.size };
    const operation = regular ? regularFile(path, content) : { key: 'lfsFile', value };
    const oid = await commit(hub, to, [operation]);
    this.acknowledged.push({ path, sha256: sample.oid, commit: oid });
  }

  // A connection that breaks has no status; 5xx says that nothing is known. Anything else was answered by mistake.
  #note(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (/answered [234]\d\d/.test(message)) this.strange.push(message);
    else this.refused.push(message);
  }
}

const CHUNK_BYTES = 64 * KiB;

async function uploadChunks(
  hub: { readonly url: string },
  to: { readonly token: string; readonly repo: string },
  content: Buffer,
): Promise<void> {
  const chunks: Buffer[] = [];
  for (let at = 0; at < content.length; at += CHUNK_BYTES)
    chunks.push(content.subarray(at, at + CHUNK_BYTES));
  const { xorb, file } = xetSampleOf(encodeXorb(chunks));
  const session = await openXet(hub, to, 'write');
  for (const answer of [
    await putXorb(session, xorb),
    await putShard(session, encodeShard({ files: [file] })),
  ])
    if (answer.status !== 200)
      throw new Error(`a xorb or shard answered ${answer.status}: ${await answer.text()}`);
}

/** The digest of what a server answers. Throws when it does not answer 200. */
export async function fetchDigest(url: string, token: string): Promise<string> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return createHash('sha256')
    .update(Buffer.from(await answer.arrayBuffer()))
    .digest('hex');
}
