// Tells a client how to send each file, before it sends any: as a regular file or to the object store, or not at all
// because the same content is there already or the ignore rules leave it out.
import { type Sha1 } from '@holdfast/kernel/digest';
import { MiB } from '@holdfast/kernel/size';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Actor } from '#modules/access';
import {
  GitReader,
  isIgnored,
  parseIgnore,
  parsePath,
  uploadModeOf,
  type FileSketch,
  type ListedEntry,
  type SharedObjectCache,
  type UploadMode,
} from '#modules/git';
import { type RepoAddress, type Repos } from '#modules/repos';
import { patternsTooLong, revisionMissing } from './faults.ts';
import { readAttributes } from './read-attributes.ts';
import { type Revisions } from './revisions.ts';

/** What the decision needs. */
export interface PreuploadDeps {
  readonly db: Db;
  readonly repos: Repos;
  readonly revisions: Revisions;
  readonly cache: SharedObjectCache;
}

/** Files that a client is about to send. */
export interface PreuploadWish {
  readonly revision: string;
  readonly files: readonly FileSketch[];
  /** Texts to use in place of what the revision holds. */
  readonly gitAttributes?: string | undefined;
  readonly gitIgnore?: string | undefined;
}

/** How one file is to be sent. */
export interface PreuploadAnswer {
  readonly path: string;
  readonly uploadMode: UploadMode;
  readonly shouldIgnore: boolean;
  /** What is there now: the git id of a regular file, the SHA-256 of one that LFS keeps. */
  readonly oid: string | undefined;
}

const MAX_PATTERNS = MiB;

/** Decides how files are sent. */
export class Preupload {
  readonly #deps: PreuploadDeps;

  constructor(deps: PreuploadDeps) {
    this.#deps = deps;
  }

  /** One answer for each file, in order. Throws what `Repos.get` throws, `revision.missing`, faults of paths and patterns. */
  async decide(
    actor: Actor,
    address: RepoAddress,
    wish: PreuploadWish,
  ): Promise<{ commit: Sha1; files: PreuploadAnswer[] }> {
    const repo = await this.#deps.repos.get(actor, address, 'write');
    const { commit } = await this.#deps.revisions.get(repo.id, wish.revision);
    const reader = new GitReader(this.#deps.db, repo.id, this.#deps.cache.current);
    const summary = await reader.findCommit(commit);
    if (summary === undefined) throw revisionMissing(wish.revision);
    const paths = wish.files.map(({ path }) => parsePath(path));
    const there = new Map(
      (await reader.findEntries(summary.tree, paths)).map((entry) => [entry.path, entry]),
    );
    const text = (path: string, given: string | undefined) =>
      patternsAt(reader, summary.tree, { path, given });
    const attributes = await readAttributes(reader, {
      root: summary.tree,
      text: await text('.gitattributes', wish.gitAttributes),
      paths,
    });
    const ignore = parseIgnore(await text('.gitignore', wish.gitIgnore));
    const files = wish.files.map((file) => ({
      path: file.path,
      uploadMode: uploadModeOf(file, attributes),
      shouldIgnore: isIgnored(file.path, ignore),
      oid: contentIdOf(there.get(file.path)),
    }));
    return { commit, files };
  }
}

function contentIdOf(entry: ListedEntry | undefined): string | undefined {
  return entry?.kind === 'file' ? (entry.lfs?.oid ?? entry.oid) : undefined;
}

async function patternsAt(
  reader: GitReader,
  root: Sha1,
  file: { path: string; given: string | undefined },
): Promise<string> {
  if (file.given !== undefined) {
    if (file.given.length > MAX_PATTERNS) throw patternsTooLong(file.path, MAX_PATTERNS);
    return file.given;
  }
  const entry = await reader.findEntryIn(root, file.path);
  if (entry?.kind !== 'file' || entry.lfs !== undefined) return '';
  return (await reader.findBlob(entry.oid, MAX_PATTERNS))?.toString('utf8') ?? '';
}
