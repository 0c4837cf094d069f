// Where repositories and what is in them have their pages. Pure.
import { type RepoType } from '@holdfast/hub/surfaces/web/pages';

const PREFIX: Readonly<Record<RepoType, string>> = { model: '', dataset: '/datasets', space: '/spaces' };
const LIST: Readonly<Record<RepoType, string>> = {
  model: '/models',
  dataset: '/datasets',
  space: '/spaces',
};

/** Types of repositories, in the order in which they are shown. */
export const TYPES: readonly RepoType[] = ['model', 'dataset', 'space'];

/** The page of a repository. */
export function repoPath(type: RepoType, { namespace, name }: { namespace: string; name: string }): string {
  return `${PREFIX[type]}/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}

/** The list of all of a type. */
export function listPath(type: RepoType): string {
  return LIST[type];
}

/** The type whose list has this path. */
export function typeOfList(name: string | undefined): RepoType {
  return TYPES.find((type) => LIST[type] === `/${name}`) ?? 'model';
}

/** The type before whose names an address has this part. */
export function typeOfPrefix(prefix: string | undefined): RepoType {
  return TYPES.find((type) => PREFIX[type] === `/${prefix}`) ?? 'model';
}

/** A path within a repository, as a part of an address. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** A step of the way to a file or folder. */
export interface Crumb {
  readonly name: string;
  readonly href: string;
}

/** The way from the top of a revision to a path, whose last step is the path itself. */
export function crumbsOf(path: string, tree: string): Crumb[] {
  const names = path === '' ? [] : path.split('/');
  return names.map((name, index) => ({
    name,
    href: `${tree}/${encodePath(names.slice(0, index + 1).join('/'))}`,
  }));
}
