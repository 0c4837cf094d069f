// `POST {prefix}/{namespace}/{name}.git/info/lfs/objects/batch` (git-lfs Batch API)
// Invariant: what a repository does not hold is the same to everyone, whether another repository holds it or nobody.
import { z } from 'zod';
import { parseSha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { isFault } from '@holdfast/kernel/fault';
import { tokenOf, type Actor, type ProvenRun } from '#modules/access';
import { type BlobName, type Blobs, type Transfer, type Uploads } from '#modules/blobs';
import { MAIN_BRANCH, shortName } from '#modules/git';
import { type Repo } from '#modules/repos';
import { tokenRejected } from '#modules/tokens';
import { runOf } from '../http/run-of.ts';
import { addressOf, RepoParams } from '../hub/repos/names.ts';
import { defineRoute, type Route } from '../route/route.ts';
import { statusOf } from '../route/fault-table.ts';
import { hashUnsupported } from './faults.ts';
import { LINK_SECONDS, linkUrl, type LinkDeps } from './links.ts';
import { openSession, sessionHeaders, tokenUrlOf, type SessionDeps } from '../xet/addresses.ts';

/** What the batch needs. */
export interface BatchDeps extends LinkDeps, SessionDeps {
  readonly blobs: Blobs;
  readonly uploads: Uploads;
}

const LFS_MEDIA_TYPE = 'application/vnd.git-lfs+json';

const MOST_OBJECTS = 1_000;
const PART_DIGITS = 5;
// Python says the first, JavaScript the second.
const SPELLINGS = ['sha256', 'sha_256'];

const Action = z.object({
  href: z.string(),
  header: z.record(z.string(), z.string()),
  expires_in: z.int(),
});

const AnsweredObject = z.object({
  oid: z.string(),
  size: z.number(),
  authenticated: z.boolean().optional(),
  actions: z
    .object({ upload: Action.optional(), verify: Action.optional(), download: Action.optional() })
    .optional(),
  error: z.object({ code: z.int(), message: z.string() }).optional(),
});
type AnsweredObject = z.input<typeof AnsweredObject>;
type Action = z.input<typeof Action>;

const Batch = z.object({
  operation: z.enum(['upload', 'download']),
  transfers: z.array(z.string().max(100)).max(20).nullish(),
  hash_algo: z.string().max(100).nullish(),
  objects: z.array(z.object({ oid: z.string().max(200), size: z.number() })).max(MOST_OBJECTS),
});

/** Tells where objects are to be sent to, or fetched from. */
export function lfsBatch(deps: BatchDeps): Route {
  return defineRoute({
    operation: 'lfsBatch',
    summary: 'Ask how large files are to be uploaded or downloaded',
    method: 'POST',
    path: '{prefix}/{namespace}/{name}.git/info/lfs/objects/batch',
    access: 'anyone',
    allowance: 'api',
    params: RepoParams,
    query: z.unknown(),
    bodyKind: 'json',
    body: Batch,
    output: z.object({
      transfer: z.enum(['basic', 'multipart', 'xet']),
      objects: z.array(AnsweredObject),
      hash_algo: z.literal('sha256'),
    }),
    mediaType: LFS_MEDIA_TYPE,
    async run({ actor, body, baseUrl, ...call }) {
      const { operation, hash_algo: hash } = body;
      const action = operation === 'upload' ? 'write' : 'read';
      const run = await runOf(deps, call.request, tokenRejected);
      const repo = await deps.repos.get(actor, addressOf(call), action);
      if (typeof hash === 'string' && !SPELLINGS.includes(hash)) throw hashUnsupported(hash);
      const asked = new Asked(deps, { repo, actor, run, baseUrl });
      const answer =
        operation === 'upload'
          ? await asked.upload(body.objects, body.transfers ?? [])
          : await asked.download(body.objects);
      return { ...answer, hash_algo: 'sha256' as const };
    },
  });
}

interface Wish {
  readonly oid: string;
  readonly size: number;
}

interface BatchAnswer {
  readonly transfer: Transfer;
  readonly objects: AnsweredObject[];
}

interface By {
  readonly repo: Repo;
  readonly actor: Actor;
  /** For which everything is that is given out. */
  readonly run: ProvenRun;
  readonly baseUrl: string;
}

class Asked {
  readonly #deps: BatchDeps;
  readonly #by: By;

  constructor(deps: BatchDeps, by: By) {
    this.#deps = deps;
    this.#by = by;
  }

  async upload(wishes: readonly Wish[], offered: readonly string[]): Promise<BatchAnswer> {
    const names = wishes.map(parseName);
    const sound = names.filter((name) => name !== undefined);
    const { transfer, plans } = await this.#deps.uploads.plan(this.#by.repo.id, sound, offered);
    const xet = transfer === 'xet' ? await this.#xet() : undefined;
    const planOf = new Map(sound.map((name, index) => [name, plans[index]]));
    const objects: AnsweredObject[] = [];
    let begun = 0;
    for (const [index, wish] of wishes.entries()) {
      const name = names[index];
      const plan = name && planOf.get(name);
      if (name === undefined || plan === undefined) objects.push(malformed(wish));
      else if (plan.way === 'stored') objects.push({ ...wish });
      else if (plan.way === 'too-large')
        objects.push(refused(wish, 422, `The object is larger than the ${plan.limit} bytes accepted here.`));
      else if (plan.way === 'size-differs')
        objects.push(refused(wish, 422, `The object is stored here with ${plan.stored} bytes.`));
      else if (plan.way === 'whole')
        objects.push({ ...wish, authenticated: true, actions: xet ?? this.#whole(name) });
      else {
        const answered = await this.#parts(wish, { ...name, besides: begun }, plan.partSize);
        objects.push(answered);
        if (answered.error === undefined) begun += name.size;
      }
    }
    return { transfer, objects };
  }

  async download(wishes: readonly Wish[]): Promise<BatchAnswer> {
    const names = wishes.map(parseName);
    const digests = names.filter((name) => name !== undefined).map((name) => name.sha256);
    const { repo, actor } = this.#by;
    const mayWrite = this.#deps.repos.mayWrite(actor, repo);
    const held = await this.#deps.blobs.findSeen({ repoId: repo.id, mayWrite }, digests);
    const objects = wishes.map((wish, index): AnsweredObject => {
      const name = names[index];
      if (name === undefined) return malformed(wish);
      const blob = held.get(name.sha256);
      if (blob === undefined || blob.size !== name.size)
        return refused(wish, 404, 'This repository does not hold the object.');
      return { ...wish, authenticated: true, actions: { download: this.#action('fetch', name) } };
    });
    return { transfer: 'basic', objects };
  }

  // All objects of a batch come in under one token, whose address is the one to renew it at.
  async #xet(): Promise<AnsweredObject['actions']> {
    const { repo, baseUrl } = this.#by;
    const session = await openSession(this.#deps, { ...this.#by, act: 'write' });
    const href = tokenUrlOf(baseUrl, repo, { act: 'write', revision: shortName(MAIN_BRANCH) });
    const seconds = session.exp - Math.floor(this.#deps.clock.now().getTime() / 1000);
    return { upload: { href, header: sessionHeaders(session), expires_in: seconds } };
  }

  #whole(name: BlobName): AnsweredObject['actions'] {
    return { upload: this.#action('store', name), verify: this.#action('verify', name) };
  }

  async #parts(
    wish: Wish,
    { besides, ...name }: BlobName & { readonly besides: number },
    partSize: number,
  ): Promise<AnsweredObject> {
    try {
      const { id } = await this.#deps.uploads.beginParts(this.#by.repo.id, { ...name, besides }, partSize);
      const header: Record<string, string> = { chunk_size: String(partSize) };
      for (let part = 1; (part - 1) * partSize < name.size; part += 1)
        // git-lfs sorts the keys as text, and its agent takes the parts in that order.
        header[String(part).padStart(PART_DIGITS, '0')] = this.#url('store-part', name, { upload: id, part });
      const upload = { ...this.#action('complete', name, { upload: id, part: 0 }), header };
      return { ...wish, authenticated: true, actions: { upload, verify: this.#action('verify', name) } };
    } catch (error) {
      if (isFault(error)) return refused(wish, statusOf(error), error.message);
      throw error;
    }
  }

  #action(act: 'store' | 'complete' | 'verify' | 'fetch', name: BlobName, of: Part = NO_UPLOAD): Action {
    return { href: this.#url(act, name, of), header: {}, expires_in: LINK_SECONDS };
  }

  #url(act: 'store' | 'store-part' | 'complete' | 'verify' | 'fetch', name: BlobName, of: Part): string {
    const { repo, actor, run, baseUrl } = this.#by;
    const tokenId = tokenOf(actor);
    return linkUrl(this.#deps, baseUrl, { act, repoId: repo.id, tokenId, run, ...name, ...of });
  }
}

interface Part {
  readonly upload: Id | '';
  readonly part: number;
}

const NO_UPLOAD: Part = { upload: '', part: 0 };

function parseName({ oid, size }: Wish): BlobName | undefined {
  const sha256 = parseSha256(oid);
  return sha256 === undefined || !Number.isSafeInteger(size) || size < 0 ? undefined : { sha256, size };
}

function malformed(wish: Wish): AnsweredObject {
  return refused(
    wish,
    422,
    'An object needs a SHA-256 in lower case as its oid, and a whole number as its size.',
  );
}

function refused(wish: Wish, code: number, message: string): AnsweredObject {
  return { ...wish, error: { code, message } };
}
