// What a README wants to be there before the program starts: files of models and datasets, laid out as the clients keep what they
// have fetched, so that a program finds them without asking anybody. Pure.
import { type Json } from '@holdfast/kernel/canonical-json';
import { isFault } from '@holdfast/kernel/fault';
import { parsePath, type RepoPath } from '#modules/git';
import { noteSome, shown, type Note, type Wrong } from './notes.ts';

/** One repository that is to be there. */
export interface Preload {
  readonly type: 'model' | 'dataset';
  readonly namespace: string;
  readonly name: string;
  /** `undefined`: all that it has. */
  readonly files: readonly RepoPath[] | undefined;
  readonly revision: string;
  /** It is left out where it is not there, or too large. */
  readonly optional: boolean;
}

/** As many as one README may name, and files of one of them. */
const MOST = 20;
const MOST_FILES = 200;
const FORM = /^(?<kind>datasets\/|models\/)?(?<namespace>\w[\w.-]{0,95})\/(?<name>\w[\w.-]{0,95})$/;
const REVISION = /^[\w][\w./-]{0,199}$/;
const EXPLAINED =
  '"preload_from_hub" must be a list of repositories, each as "owner/name", and after it, where not everything is wanted, its files with commas between them and a revision';

/** Reads it. What is wrong is fatal: the program would not find what it was made for. */
export function readPreloads(value: Json | undefined, wrong: Wrong): readonly Preload[] {
  if (value === undefined || value === null) return [];
  const preloads = Array.isArray(value) ? value.map(readPreload) : [undefined];
  if (preloads.length <= MOST && preloads.every((one) => one !== undefined)) return preloads;
  wrong('preload_from_hub', `${EXPLAINED}; ${MOST} of them at most`, true);
  return [];
}

/**
 * Reads what a README says its program uses: whole repositories, as far as they are here. A name that can be none of them is noted,
 * and so is one too many. Whether there is such a repository is said of none: that is not for whoever may see the Space to know.
 */
export function readUses(
  { models, datasets }: { readonly models?: Json | undefined; readonly datasets?: Json | undefined },
  known: readonly Preload[],
  wrong: Wrong,
): readonly Preload[] {
  const taken = new Set(known.map(cacheFolderOf));
  const named = [...usesOf('model', models), ...usesOf('dataset', datasets)];
  const most = MOST - known.length;
  const uses: Preload[] = [];
  const notes: Note[] = [];
  for (const { key, text, preload } of named) {
    if (preload === undefined) notes.push({ key, text: NOT_THERE.unclear(key, text) });
    else if (taken.has(cacheFolderOf(preload))) continue;
    else if (uses.length < most) uses.push(preload);
    else notes.push({ key, text: NOT_THERE.late(key, text) });
  }
  noteSome(notes, { wrong, rest: NOT_THERE.more });
  return uses;
}

/** What is not there when the program starts, and why. */
const NOT_THERE = {
  unclear: (key: string, name: string) =>
    `"${key}" names ${shown(name)}, which is not preloaded: a repository of this hub is named as "owner/name"`,
  late: (key: string, name: string) =>
    `"${key}" names ${shown(name)}, which is not preloaded: ${MOST} repositories are at most, first those of "preload_from_hub"`,
  more: (count: number) => `and ${count} more names are not preloaded`,
};

interface Use {
  readonly key: 'models' | 'datasets';
  readonly text: string;
  /** Absent where the name can be that of no repository. */
  readonly preload: Preload | undefined;
}

function usesOf(type: Preload['type'], value: Json | undefined): Use[] {
  const names = Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  return [...new Set(names)].map((text) => {
    const { kind, namespace, name } = FORM.exec(text)?.groups ?? {};
    const isClear = kind === undefined && namespace !== undefined && name !== undefined;
    return {
      ...{ key: `${type}s`, text },
      preload: isClear
        ? { type, namespace, name, files: undefined, revision: 'main', optional: true }
        : undefined,
    };
  });
}

function readPreload(value: Json): Preload | undefined {
  const [repo = '', files, revision = 'main', ...more] =
    typeof value === 'string' ? value.trim().split(/\s+/) : [];
  const { kind, namespace, name } = FORM.exec(repo)?.groups ?? {};
  if (namespace === undefined || name === undefined || more.length > 0 || !REVISION.test(revision))
    return undefined;
  const paths = files === undefined ? undefined : readPaths(files.split(','));
  if (paths === null) return undefined;
  return {
    type: kind === 'datasets/' ? 'dataset' : 'model',
    namespace,
    name,
    files: paths,
    revision,
    optional: false,
  };
}

function readPaths(texts: readonly string[]): readonly RepoPath[] | null {
  try {
    return texts.length > MOST_FILES ? null : texts.map(parsePath);
  } catch (error) {
    if (!isFault(error)) throw error;
    return null;
  }
}

/** What the clients call the folder of a repository in their cache. */
function cacheFolderOf({ type, namespace, name }: Pick<Preload, 'type' | 'namespace' | 'name'>): string {
  return `${type}s--${namespace}--${name}`;
}

/** A file, by the digest that clients know it by. */
export interface CachedFile {
  readonly path: RepoPath;
  readonly etag: string;
}

/** A file or link of a cache; a link says where it leads. */
export type CacheEntry<File> =
  | { readonly path: string; readonly of: File }
  | { readonly path: string; readonly text: string; readonly isLink: boolean };

const COMMIT = /^[0-9a-f]{40}$/;

/** The entries of one repository at one commit: the bytes once, and the names as links to them. */
export function layOut<File extends CachedFile>(
  preload: Preload,
  commit: string,
  files: readonly File[],
): CacheEntry<File>[] {
  const folder = cacheFolderOf(preload);
  const { revision } = preload;
  const ref = { path: `${folder}/refs/${revision}`, text: commit, isLink: false };
  return [
    ...(COMMIT.test(revision) ? [] : [ref]),
    ...files.map((of) => ({ path: `${folder}/blobs/${of.etag}`, of })),
    ...files.map(({ path, etag }) => ({
      path: `${folder}/snapshots/${commit}/${path}`,
      text: `${'../'.repeat(path.split('/').length + 1)}blobs/${etag}`,
      isLink: true,
    })),
  ];
}
