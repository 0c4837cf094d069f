// Answers one request of a build: a page of an index, a file of it, a file of Debian's mirror. What a build sends decides
// which, and nothing of it goes further.
import { type IncomingMessage } from 'node:http';
import { MiB } from '@holdfast/kernel/size';
import { Allowance } from './allowance.ts';
import { FileCache, verified } from './file-cache.ts';
import { type BuildDoorStart } from './frames.ts';
import { type IndexFile, JSON_PAGE, PAGE_TYPES, parseIndexPage, presentIndexPage } from './index-page.ts';
import { Refusal } from './refusal.ts';
import { type Target } from './request-target.ts';
import { Upstream } from './upstream.ts';

/** What is answered; `chunks` of a HEAD are not read. */
export interface Answer {
  readonly mediaType: string;
  readonly size: number | undefined;
  readonly chunks: AsyncIterable<Buffer>;
}

/** Where the build reaches this door. */
const SELF = 'http://127.0.0.1:3128';
const LARGEST_PAGE = 64 * MiB;
/** Files of pages that one build may have been shown. */
const MOST_FILES = 2_000_000;
const BYTES = 'application/octet-stream';

type FileTarget = Extract<Target, { readonly kind: 'file' | 'metadata' }>;

/** The way to the outside for one build. */
export class Gateway implements Disposable {
  readonly #start: BuildDoorStart;
  readonly #upstream: Upstream;
  readonly #cache: FileCache;
  readonly #allowance: Allowance;
  /** Files that pages have named, by index and digest: nothing else can be fetched. */
  readonly #named = new Map<string, Pick<IndexFile, 'url' | 'metadata'>>();

  constructor(start: BuildDoorStart) {
    this.#start = start;
    this.#upstream = new Upstream(start.authorities);
    this.#cache = new FileCache(start.cache);
    this.#allowance = new Allowance(start.budget);
  }

  /** The answer. Throws a `Refusal`. */
  async answer(target: Target, method: 'GET' | 'HEAD', signal: AbortSignal): Promise<Answer> {
    this.#allowance.check();
    const answer = await this.#find(target, method, signal);
    return { ...answer, chunks: this.#counted(answer.chunks) };
  }

  [Symbol.dispose](): void {
    this.#upstream[Symbol.dispose]();
  }

  async #find(target: Target, method: 'GET' | 'HEAD', signal: AbortSignal): Promise<Answer> {
    switch (target.kind) {
      case 'page':
        return await this.#page(target, signal);
      case 'debian':
        return await this.#debian(target, method, signal);
      default:
        return await this.#file(target, signal);
    }
  }

  async *#counted(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.#allowance.spend(chunk.length);
      yield chunk;
    }
  }

  async #page({ index, project }: Extract<Target, { kind: 'page' }>, signal: AbortSignal): Promise<Answer> {
    const { url, origins } = this.#index(index);
    const address = `${url}${project}/`;
    const answer = await this.#upstream.ask({
      url: address,
      method: 'GET',
      accept: PAGE_TYPES,
      origins,
      signal,
    });
    if (answer.statusCode !== 200) {
      answer.resume();
      this.#allowance.miss();
      throw new Refusal(404, `there is no ${project} at ${url}`);
    }
    const text = await readText(answer);
    this.#allowance.spend(text.length);
    const files = readPage(text, answer.headers['content-type'] ?? '', address);
    if (this.#named.size + files.length > MOST_FILES)
      throw new Refusal(403, 'this build has asked for too many pages');
    for (const { sha256, url: from, metadata } of files)
      this.#named.set(`${String(index)} ${sha256}`, { url: from, metadata });
    const bytes = Buffer.from(presentIndexPage(project, files, `${SELF}/index/${String(index)}/file/`));
    return { mediaType: JSON_PAGE, size: bytes.length, chunks: only(bytes) };
  }

  async #file(target: FileTarget, signal: AbortSignal): Promise<Answer> {
    const { origins } = this.#index(target.index);
    const named = this.#named.get(`${String(target.index)} ${target.sha256}`);
    const sha256 = target.kind === 'file' ? target.sha256 : named?.metadata;
    if (named === undefined || sha256 === undefined)
      throw new Refusal(404, 'no page that this build was given names this file');
    const size = await this.#cache.findSize(sha256);
    if (size !== undefined) return { mediaType: BYTES, size, chunks: this.#cache.read(sha256) };
    const url = target.kind === 'file' ? named.url : `${named.url}.metadata`;
    const answer = await this.#upstream.ask({ url, method: 'GET', accept: '*/*', origins, signal });
    if (answer.statusCode !== 200) {
      answer.resume();
      throw new Refusal(404, `${url} is not there`);
    }
    return { mediaType: BYTES, size: sizeOf(answer), chunks: this.#keeping(answer, sha256) };
  }

  // The build gets the last piece only when all of them are right: what was changed on its way is never whole.
  async *#keeping(chunks: AsyncIterable<Buffer>, sha256: string): AsyncGenerator<Buffer> {
    await using file = await this.#cache.begin(sha256);
    const written = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        await file.write(chunk);
        yield chunk;
      }
    };
    yield* verified(written(), sha256, () => file.keep());
  }

  async #debian(
    { mirror, path }: Extract<Target, { kind: 'debian' }>,
    method: 'GET' | 'HEAD',
    signal: AbortSignal,
  ): Promise<Answer> {
    const place = this.#start.mirrors[mirror];
    if (place === null) throw new Refusal(404, `there is no mirror for ${mirror}`);
    const url = `${place.replace(/\/$/, '')}/${path}`;
    const origins = new Set([new URL(place).origin]);
    const answer = await this.#upstream.ask({ url, method, accept: '*/*', origins, signal });
    if (answer.statusCode === 200) return { mediaType: BYTES, size: sizeOf(answer), chunks: answer };
    answer.resume();
    // Names that are not there could carry something out.
    this.#allowance.miss();
    throw new Refusal(404, `${url} is not there`);
  }

  #index(number: number): { readonly url: string; readonly origins: ReadonlySet<string> } {
    const index = this.#start.indexes[number];
    if (index === undefined) throw new Refusal(404, `there is no index ${String(number)}`);
    const url = index.url.endsWith('/') ? index.url : `${index.url}/`;
    return { url, origins: new Set([new URL(url).origin, ...index.files]) };
  }
}

function readPage(text: string, mediaType: string, address: string): IndexFile[] {
  try {
    return parseIndexPage(text, mediaType, address);
  } catch {
    throw new Refusal(502, `${address} is not a page of an index`);
  }
}

async function readText(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > LARGEST_PAGE) throw new Refusal(502, 'the page of the index is longer than any should be');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function sizeOf(answer: IncomingMessage): number | undefined {
  const text = answer.headers['content-length'];
  return text === undefined ? undefined : Number(text);
}

// oxlint-disable-next-line require-await -- bytes that are there, given as those that come
async function* only(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
