// What a build may ask for: the grammar of its requests. Whatever is not in it is refused, so that nothing of a build's own
// making travels in a path. Pure.

/** Something that a build may ask for. */
export type Target =
  /** The page of a project at an index. */
  | { readonly kind: 'page'; readonly index: number; readonly project: string }
  /** A file of an index, or what its metadata say, by the digest of the file. */
  | {
      readonly kind: 'file' | 'metadata';
      readonly index: number;
      readonly sha256: string;
      readonly name: string;
    }
  | { readonly kind: 'debian'; readonly mirror: 'debian' | 'debian-security'; readonly path: string };

const PAGE = /^\/index\/(\d)\/simple\/([A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?)\/?$/;
const FILE = /^\/index\/(\d)\/file\/([0-9a-f]{64})\/([A-Za-z0-9][A-Za-z0-9._+!-]{0,250})$/;
const DEBIAN = /^\/(debian(?:-security)?)\/((?:dists|pool)(?:\/[A-Za-z0-9][A-Za-z0-9._+~:=-]{0,250}){1,8})$/;
const METADATA = '.metadata';

/** What this request is for, or `undefined` when a build may not ask for it. */
export function parseTarget(url: string): Target | undefined {
  const [, pageIndex, project] = PAGE.exec(url) ?? [];
  if (pageIndex !== undefined && project !== undefined)
    return { kind: 'page', index: Number(pageIndex), project: normalise(project) };
  const plain = url.replaceAll('%2B', '+').replaceAll('%2b', '+').replaceAll('%21', '!');
  const [, fileIndex, sha256, name] = FILE.exec(plain) ?? [];
  if (fileIndex !== undefined && sha256 !== undefined && name !== undefined) {
    const metadata = name.endsWith(METADATA);
    return {
      kind: metadata ? 'metadata' : 'file',
      index: Number(fileIndex),
      sha256,
      name: metadata ? name.slice(0, -METADATA.length) : name,
    };
  }
  const [, mirror, path] = DEBIAN.exec(plain.replaceAll(/%7e/gi, '~').replaceAll(/%3a/gi, ':')) ?? [];
  if ((mirror !== 'debian' && mirror !== 'debian-security') || path === undefined) return undefined;
  return { kind: 'debian', mirror, path };
}

/** A project's name as indexes know it (PEP 503). */
export function normalise(project: string): string {
  return project.replaceAll(/[-_.]+/g, '-').toLowerCase();
}
