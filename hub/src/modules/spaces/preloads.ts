// Finds what is to be there before a program starts. Only what everybody with an account may read is found: who pushed a Space
// is not asked again when it is started, and a right of theirs that ended meanwhile must open nothing.
import { isFault } from '@holdfast/kernel/fault';
import { type AnonymousActor } from '#modules/access';
import { type Content, type ListedFile } from '#modules/content';
import { quoted, type RepoPath } from '#modules/git';
import { RepoMoved, type Repo, type Repos } from '#modules/repos';
import { layOut, type CacheEntry, type CachedFile, type Preload } from './preload.ts';

/** What finding needs. */
export interface PreloadsDeps {
  readonly repos: Pick<Repos, 'get'>;
  readonly content: Pick<Content, 'listFiles' | 'resolveRevision'>;
}

/** A file of a repository that is to be there. */
export interface PreloadedFile extends CachedFile {
  readonly repo: Repo;
  readonly listed: ListedFile;
}

/** All entries, each path once; or why they cannot be, for people to mend. */
export type FoundPreloads = readonly CacheEntry<PreloadedFile>[] | string;

const EVERYBODY: AnonymousActor = { kind: 'anonymous', mayReadPublic: true };

/** Finds them; of one repository at most `limit` files. */
export async function findPreloads(
  preloads: readonly Preload[],
  limit: number,
  deps: PreloadsDeps,
): Promise<FoundPreloads> {
  const entries = new Map<string, CacheEntry<PreloadedFile>>();
  for (const preload of preloads) {
    const found = await findOne(preload, limit, deps);
    if (typeof found === 'string') return found;
    for (const entry of found) entries.set(entry.path, entry);
  }
  return [...entries.values()];
}

async function findOne(
  preload: Preload,
  limit: number,
  { repos, content }: PreloadsDeps,
): Promise<FoundPreloads> {
  const { type, namespace, name, revision, files } = preload;
  try {
    const repo = await repos.get(EVERYBODY, { type, namespace, name }, 'read');
    const commit = await content.resolveRevision(repo, revision);
    const all = await content.listFiles(repo, commit, limit);
    const wanted = files === undefined ? all : all.filter(({ path }) => files.includes(path as RepoPath));
    const missing = files?.find((path) => !all.some((one) => one.path === path));
    if (missing !== undefined)
      return `"preload_from_hub": ${shown(preload)} has no file ${quoted(missing)} at ${quoted(revision)}.`;
    const cached = wanted.map((listed) => ({
      path: listed.path as RepoPath,
      etag: etagOf(listed),
      repo,
      listed,
    }));
    return layOut(preload, commit, cached);
  } catch (error) {
    // One that is private says the same as one that is not there: its name alone would tell.
    if (isFault(error) || error instanceof RepoMoved)
      return `"preload_from_hub": there is no ${shown(preload)} with a revision ${quoted(revision)} that every user of this hub may read.`;
    throw error;
  }
}

function etagOf({ lfs, oid, mode }: ListedFile): string {
  return lfs !== undefined && mode !== '120000' ? lfs.sha256 : oid;
}

function shown({ type, namespace, name }: Preload): string {
  return `${type} ${namespace}/${name}`;
}
