// Finds what is to be there before a program starts: what everybody with an account may read, and what both the one who pushed the
// Space and the one who wrote that it is wanted may read by now, through the credentials they did it with.
import { isFault } from '@holdfast/kernel/fault';
import { isRecorded, referencesOf, type Actor, type AnonymousActor } from '#modules/access';
import { type Content, type ListedFile } from '#modules/content';
import { type RepoPath } from '#modules/git';
import { type Reads } from '#modules/ledger';
import { RepoMoved, type Pushers, type Repo, type Repos } from '#modules/repos';
import { PRELOADS } from './file-problems.ts';
import { layOut, type CacheEntry, type CachedFile, type Preload } from './preload.ts';

/** What finding needs. */
export interface PreloadsDeps {
  readonly repos: Pick<Repos, 'get'>;
  readonly content: Pick<Content, 'listFiles' | 'resolveRevision'>;
  readonly reads: Pick<Reads, 'recordRead'>;
  /** Who acts through a credential now; `undefined`: nobody any more. */
  readonly actorOf: (credential: string) => Promise<Actor | undefined>;
}

/** What is wanted, and on whose word. */
export interface WantedPreloads {
  readonly preloads: readonly Preload[];
  readonly pushers: Pushers;
}

/** What there may be. */
export interface PreloadBounds {
  readonly files: number;
  readonly bytes: number;
}

/** A file of a repository that is to be there. */
export interface PreloadedFile extends CachedFile {
  readonly repo: Repo;
  readonly listed: ListedFile;
}

/** All entries, each path once; or why they cannot be, for people to mend. */
export type FoundPreloads = readonly CacheEntry<PreloadedFile>[] | string;

const EVERYBODY: AnonymousActor = { kind: 'anonymous', mayReadPublic: true };

/** Finds them, and records the reads. What is optional is left out where it is not found or does not fit. */
export async function findPreloads(
  { preloads, pushers }: WantedPreloads,
  bounds: PreloadBounds,
  deps: PreloadsDeps,
): Promise<FoundPreloads> {
  const readers = await readersOf(pushers, deps);
  const entries = new Map<string, CacheEntry<PreloadedFile>>();
  const left = { ...bounds };
  for (const preload of preloads) {
    const found = await findOne(preload, { readers, limit: bounds.files + 1 }, deps);
    if (typeof found === 'string') {
      if (preload.optional) continue;
      return found;
    }
    const files = found.flatMap((entry) => ('of' in entry ? [entry.of] : []));
    const bytes = files.reduce((sum, { listed }) => sum + listed.size, 0);
    if (preload.optional && (files.length > left.files || bytes > left.bytes)) continue;
    left.files -= files.length;
    left.bytes -= bytes;
    await recordReads(preload, files, { readers, reads: deps.reads });
    for (const entry of found) entries.set(entry.path, entry);
  }
  return [...entries.values()];
}

/** Nobody, where one of them is not known or cannot act any more. */
async function readersOf({ head, preloads }: Pushers, { actorOf }: PreloadsDeps): Promise<readonly Actor[]> {
  if (head === null || preloads === null) return [];
  const credentials = [...new Set([head, preloads])];
  const actors = await Promise.all(credentials.map(async (credential) => await actorOf(credential)));
  const known = actors.filter((actor) => actor !== undefined);
  return known.length === credentials.length ? known : [];
}

async function findOne(
  preload: Preload,
  { readers, limit }: { readonly readers: readonly Actor[]; readonly limit: number },
  deps: PreloadsDeps,
): Promise<FoundPreloads> {
  const { content } = deps;
  const { revision, files } = preload;
  try {
    const repo = await findRepo(preload, readers, deps);
    const commit = await content.resolveRevision(repo, revision);
    const all = await content.listFiles(repo, commit, limit);
    const wanted = files === undefined ? all : all.filter(({ path }) => files.includes(path as RepoPath));
    const missing = files?.find((path) => !all.some((one) => one.path === path));
    if (missing !== undefined) return PRELOADS.noFile(preload, missing);
    const cached = wanted.map((listed) => ({
      path: listed.path as RepoPath,
      etag: etagOf(listed),
      repo,
      listed,
    }));
    return layOut(preload, commit, cached);
  } catch (error) {
    // One that may not be read says the same as one that is not there: its name alone would tell.
    if (isFault(error) || error instanceof RepoMoved) return PRELOADS.noRepo(preload);
    throw error;
  }
}

/** Throws what `Repos.get` throws where not everybody may read it, nor all of these readers. */
async function findRepo(
  { type, namespace, name }: Preload,
  readers: readonly Actor[],
  { repos }: PreloadsDeps,
): Promise<Repo> {
  const address = { type, namespace, name };
  const [first, ...others] = readers;
  if (first === undefined) return await repos.get(EVERYBODY, address, 'read');
  try {
    return await repos.get(EVERYBODY, address, 'read');
  } catch (error) {
    if (!isFault(error)) throw error;
  }
  for (const other of others) await repos.get(other, address, 'read');
  return await repos.get(first, address, 'read');
}

// The program has them from now on, whoever starts it.
async function recordReads(
  preload: Preload,
  files: readonly PreloadedFile[],
  { readers, reads }: { readonly readers: readonly Actor[]; readonly reads: PreloadsDeps['reads'] },
): Promise<void> {
  const [file] = files;
  if (file === undefined || !isRecorded(file.repo)) return;
  const paths = preload.files === undefined ? ['*'] : files.map(({ path }) => path);
  for (const reader of readers)
    for (const path of paths)
      await reads.recordRead({
        ...referencesOf(reader),
        ...{ address: '', repoId: file.repo.id, revision: preload.revision, path },
      });
}

function etagOf({ lfs, oid, mode }: ListedFile): string {
  return lfs !== undefined && mode !== '120000' ? lfs.sha256 : oid;
}
