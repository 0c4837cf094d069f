// Clients that upload and commit without pause, whatever happens to the server, and remember what they were told.
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { commit, put, regularFile, sampleOf, uploadLink } from '../harness/lfs.ts';

/** Where the server is at the moment, and who commits. */
export interface Site {
  url: string;
  readonly token: string;
  readonly repo: string;
}

/** A commit that the server said is done. */
export interface Acknowledged {
  readonly path: string;
  readonly sha256: string;
  readonly commit: string;
}

/** One client. It commits regular and large files by turns. */
export class Driver {
  readonly #site: Site;
  readonly #name: string;
  readonly acknowledged: Acknowledged[] = [];
  /** What was sent under each path, acknowledged or not. */
  readonly sent = new Map<string, string>();
  /** Answers that were neither success nor a broken connection nor "not now". */
  readonly strange: string[] = [];

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
    const large = n % 2 === 1;
    const content = randomBytes(randomInt(large ? 50_000 : 1, large ? 2_000_000 : 50_000));
    const sample = sampleOf(content);
    const path = `${this.#name}/${n}.${large ? 'bin' : 'txt'}`;
    this.sent.set(path, sample.oid);
    const { repo } = this.#site;
    const hub = { url: this.#site.url };
    const to = { token: this.#site.token, repo };
    if (large) {
      const answer = await put(await uploadLink(hub, { ...to, sample }), content);
      if (answer.status !== 200)
        throw new Error(`the upload answered ${answer.status}: ${await answer.text()}`);
    }
    const value = { path, algo: 'sha256', oid: sample.oid, size: sample.size };
    const operation = large ? { key: 'lfsFile', value } : regularFile(path, content);
    const oid = await commit(hub, to, [operation]);
    this.acknowledged.push({ path, sha256: sample.oid, commit: oid });
  }

  // A connection that breaks has no status; 5xx says that nothing is known. Anything else was answered by mistake.
  #note(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (/answered [234]\d\d/.test(message)) this.strange.push(message);
  }
}

/** The digest of what a server answers. Throws when it does not answer 200. */
export async function fetchDigest(url: string, token: string): Promise<string> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return createHash('sha256')
    .update(Buffer.from(await answer.arrayBuffer()))
    .digest('hex');
}
