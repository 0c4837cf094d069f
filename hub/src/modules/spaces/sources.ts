// Writes the files of a commit where the runner gives them to a program to read, and removes those that nobody reads any more.
// Invariant: what a program gets is what its repository holds. A pointer alone opens no object of another repository.
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { GiB } from '@holdfast/kernel/size';
import { type FreeSpace } from '@holdfast/platform/objects/free-space';
import { LONGEST_LINK, type SourceFile, type SourceFolders } from '@holdfast/platform/source-folders';
import { isRecorded, referencesOf, type SystemActor } from '#modules/access';
import { type Blobs } from '#modules/blobs';
import { type Content, type ListedFile } from '#modules/content';
import { quoted } from '#modules/git';
import { type Reads } from '#modules/ledger';
import { type Repo } from '#modules/repos';
import { FILES, PRELOADS } from './file-problems.ts';
import { type CacheEntry } from './preload.ts';
import { findPreloads, type PreloadedFile, type PreloadsDeps, type WantedPreloads } from './preloads.ts';

/** What writing needs. */
export interface SourcesDeps {
  readonly repos: PreloadsDeps['repos'];
  readonly content: PreloadsDeps['content'] & Pick<Content, 'openBlob'>;
  readonly blobs: Pick<Blobs, 'find' | 'open'>;
  readonly reads: Pick<Reads, 'recordRead'>;
  readonly actorOf: PreloadsDeps['actorOf'];
  readonly space: Pick<FreeSpace, 'promise'>;
  readonly folders: SourceFolders;
}

/** What a Space brings along, and what its README wants beside it. */
export interface WantedFiles extends WantedPreloads {
  readonly commit: Sha1;
}

/** What is there: folders of the clients' cache; or why it cannot be, for people to mend. */
export type Ensured = { readonly preloaded: readonly string[] } | { readonly problem: string };

/** Where what is preloaded for a commit lies, beside its files. */
function preloadedFolder(commit: Sha1): string {
  return `${commit}.hub`;
}

/** Who reads: the hub, for a program of the repository itself. */
export const RUNNING: SystemActor = { kind: 'system', part: 'spaces' };

/** What one Space may bring along. */
const MOST_FILES = 50_000;
const MOST_BYTES = 20 * GiB;

/** The files of commits, on this machine's disk. What is done about those of one Space is done one after another. */
export class Sources {
  readonly #deps: SourcesDeps;
  readonly #last = new Map<string, Promise<void>>();

  constructor(deps: SourcesDeps) {
    this.#deps = deps;
  }

  /**
   * Has the files of a commit be there, and beside them what its README wants preloaded, as that was when it was first
   * wanted. Throws `object.store-full`, and what reading throws.
   */
  async ensure(repo: Repo, wanted: WantedFiles, signal: AbortSignal): Promise<Ensured> {
    return await this.#inTurn(repo.id, async () => {
      const problem =
        (await this.#write(repo, wanted.commit, signal)) ?? (await this.#preload(repo, wanted, signal));
      if (problem !== undefined) return { problem };
      return { preloaded: await this.#deps.folders.list(repo.id, preloadedFolder(wanted.commit)) };
    });
  }

  async #preload(
    { id }: Repo,
    { commit, ...wanted }: WantedFiles,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const name = preloadedFolder(commit);
    if (wanted.preloads.length === 0 || (await this.#deps.folders.has(id, name))) return undefined;
    const found = await findPreloads(wanted, { files: MOST_FILES, bytes: MOST_BYTES }, this.#deps);
    if (typeof found === 'string') return found;
    if (found.length === 0) return undefined;
    if (found.length > 2 * MOST_FILES) return PRELOADS.many(MOST_FILES);
    const files = found.flatMap((entry) => ('of' in entry ? [entry.of] : []));
    const bytes = files.reduce((sum, { listed }) => sum + listed.size, 0);
    if (bytes > MOST_BYTES) return PRELOADS.large(MOST_BYTES);
    for (const { repo, listed, path } of files)
      if ((await this.#findMissing(repo, [listed])) !== undefined) return PRELOADS.missing(path);
    return await this.#put(
      { owner: id, name },
      { files: found.map((entry) => this.#entryOf(entry)), bytes },
      signal,
    );
  }

  #entryOf(entry: CacheEntry<PreloadedFile>): SourceFile {
    const { path } = entry;
    if ('of' in entry)
      return { path, kind: 'file', content: async () => await this.#open(entry.of.repo, entry.of.listed) };
    return {
      path,
      kind: entry.isLink ? 'link' : 'file',
      content: () => Promise.resolve(Buffer.from(entry.text)),
    };
  }

  async #write(repo: Repo, commit: Sha1, signal: AbortSignal): Promise<string | undefined> {
    const { folders, content, reads } = this.#deps;
    if (await folders.has(repo.id, commit)) return undefined;
    const files = await content.listFiles(repo, commit, MOST_FILES + 1);
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    if (files.length > MOST_FILES) return FILES.many(MOST_FILES);
    if (bytes > MOST_BYTES) return FILES.large(MOST_BYTES);
    const long = files.find(({ mode, size }) => mode === LINK && size > LONGEST_LINK);
    if (long !== undefined) return FILES.longLink(long.path);
    const missing = await this.#findMissing(repo, files);
    if (missing !== undefined) return FILES.missing(missing.path);
    const all = { address: '', repoId: repo.id, revision: commit, path: '*' };
    if (isRecorded(repo)) await reads.recordRead({ ...referencesOf(RUNNING), ...all });
    return await this.#put(
      { owner: repo.id, name: commit },
      { files: files.map((file) => this.#fileOf(repo, file)), bytes },
      signal,
    );
  }

  async #put(
    folder: { readonly owner: Id; readonly name: string },
    { files, bytes }: { readonly files: readonly SourceFile[]; readonly bytes: number },
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { folders, space } = this.#deps;
    using _room = await space.promise(bytes);
    try {
      await folders.write(folder, files, signal);
    } catch (error) {
      const problem = problemOf(error);
      if (problem === undefined) throw error;
      return problem;
    }
    return undefined;
  }

  /** Keeps the files of those commits of a Space that somebody reads once it is its turn, and no others. */
  async keepOnly(repoId: Id, commits: () => readonly Sha1[]): Promise<void> {
    await this.#inTurn(
      repoId,
      async () =>
        await this.#deps.folders.keepOnly(
          repoId,
          new Set(commits().flatMap((commit) => [commit, preloadedFolder(commit)])),
        ),
    );
  }

  /** Removes the files of all Spaces but those that are kept once it is their turn. */
  async keepSpaces(isKept: (space: Id) => boolean): Promise<void> {
    const { folders } = this.#deps;
    for (const owner of (await folders.owners()) as Id[])
      if (!isKept(owner))
        await this.#inTurn(owner, async () => {
          if (!isKept(owner)) await folders.keepOnly(owner, new Set());
        });
  }

  // To remove what is being written would take it from under the pen.
  async #inTurn<Result>(owner: string, work: () => Promise<Result>): Promise<Result> {
    const mine = (this.#last.get(owner) ?? Promise.resolve()).then(work);
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(owner, settled);
    try {
      return await mine;
    } finally {
      if (this.#last.get(owner) === settled) this.#last.delete(owner);
    }
  }

  async #findMissing(repo: Repo, files: readonly ListedFile[]): Promise<ListedFile | undefined> {
    for (const file of files) {
      if (file.lfs === undefined || file.mode === LINK) continue;
      const blob = await this.#deps.blobs.find(repo.id, file.lfs.sha256);
      if (blob?.size !== file.lfs.size) return file;
    }
    return undefined;
  }

  #fileOf(repo: Repo, file: ListedFile): SourceFile {
    const kind = file.mode === LINK ? 'link' : file.mode === '100755' ? 'program' : 'file';
    return { path: file.path, kind, content: async () => await this.#open(repo, file) };
  }

  async #open(
    repo: Repo,
    { lfs, mode, oid, path }: ListedFile,
  ): Promise<Uint8Array | AsyncIterable<Uint8Array>> {
    const { blobs, content } = this.#deps;
    if (lfs !== undefined && mode !== LINK) {
      const blob = await blobs.find(repo.id, lfs.sha256);
      if (blob === undefined) throw new Error(`the content of ${quoted(path)} is gone`);
      return readAll(await blobs.open(blob));
    }
    const found = await content.openBlob(repo, oid);
    if (found === undefined) throw new Error(`the git blob ${oid} is in a tree and not stored`);
    return found instanceof Uint8Array ? found : readAll(found);
  }
}

const LINK = '120000';

/** Why files cannot be written, where that is for people to mend. */
function problemOf(error: unknown): string | undefined {
  if (error instanceof RangeError) return FILES.unwritable(error.message);
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENAMETOOLONG' ? FILES.longPath : undefined;
}

type Open = AsyncDisposable & {
  readonly size: number;
  read(range: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>;
};

async function* readAll(opened: Open): AsyncGenerator<Uint8Array> {
  await using bytes = opened;
  yield* bytes.read({ start: 0, end: bytes.size });
}
