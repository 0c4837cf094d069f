// Names of branches, tags and revisions. Follows `git check-ref-format`, and refuses names that could be taken for a
// commit id or a full ref: a branch called like a commit would let its owner swap what a pinned download returns.
import { Buffer } from 'node:buffer';
import { parseSha1, type Sha1 } from '@holdfast/kernel/digest';
import { refInvalid, revisionInvalid } from './faults.ts';

declare const brand: unique symbol;
/** A full, checked ref: `refs/heads/…`, `refs/tags/…`, `refs/pr/N` or `refs/convert/…`. */
export type Ref = string & { readonly [brand]: 'Ref' };

/** What a caller names a version with. A `name` is a branch or else a tag. */
export type Revision =
  | { readonly kind: 'default' }
  | { readonly kind: 'commit'; readonly oid: Sha1 }
  | { readonly kind: 'ref'; readonly ref: Ref }
  | { readonly kind: 'name'; readonly name: string };

/** Bytes a branch or tag name may have; with `.lock` behind it, it still fits in a file name. */
const MAX_REF_BYTES = 250;

// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const FORBIDDEN = /[\u0000-\u0020\u007f-\u009f~^:?*[\\]/;
const COMMIT_LIKE = /^[0-9a-f]{40}$/i;
const PULL = /^refs\/pr\/[1-9][0-9]{0,8}$/;
const NAMED = /^refs\/(?:heads|tags|convert)\/(.+)$/s;

/** The ref of a branch with this name. Throws `ref.invalid`. */
export function parseBranch(name: string): Ref {
  return parseNamed('refs/heads/', name);
}

/** The ref of a tag with this name. Throws `ref.invalid`. */
export function parseTagName(name: string): Ref {
  return parseNamed('refs/tags/', name);
}

/** The ref of a pull request. Throws a `TypeError` for what is not a number of one. */
export function pullRef(number: number): Ref {
  const ref = `refs/pr/${number}`;
  if (!PULL.test(ref)) throw new TypeError('not the number of a pull request');
  return ref as Ref;
}

/** The name a person knows a ref by: `main` for `refs/heads/main`. Pull requests keep the full ref. */
export function shortName(ref: Ref): string {
  return NAMED.exec(ref)?.[1] ?? ref;
}

/** Decoded text as a revision; `undefined` when nothing can have this name. Abbreviated commit ids are not revisions. */
export function findRevision(text: string): Revision | undefined {
  if (text === 'HEAD') return { kind: 'default' };
  if (COMMIT_LIKE.test(text)) return { kind: 'commit', oid: parseSha1(text.toLowerCase()) as Sha1 };
  if (PULL.test(text)) return { kind: 'ref', ref: text as Ref };
  const named = NAMED.exec(text)?.[1];
  if (named !== undefined) return flawOf(named) === undefined ? { kind: 'ref', ref: text as Ref } : undefined;
  return flawOf(text) === undefined ? { kind: 'name', name: text } : undefined;
}

/** Decoded text as a revision. Throws `revision.invalid` (kind `missing`: clients look for "no such revision"). */
export function parseRevision(text: string): Revision {
  const revision = findRevision(text);
  if (revision === undefined) throw revisionInvalid(text);
  return revision;
}

/** The refs to look for, in order; none for a commit. */
export function refsOf(revision: Revision, defaultBranch: Ref): readonly Ref[] {
  switch (revision.kind) {
    case 'default':
      return [defaultBranch];
    case 'commit':
      return [];
    case 'ref':
      return [revision.ref];
    case 'name':
      return [`refs/heads/${revision.name}` as Ref, `refs/tags/${revision.name}` as Ref];
  }
}

function parseNamed(prefix: string, name: string): Ref {
  const flaw = flawOf(name);
  if (flaw !== undefined) throw refInvalid(name, flaw);
  return `${prefix}${name}` as Ref;
}

/** Why a name cannot be that of a branch or tag. */
function flawOf(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name.length > MAX_REF_BYTES || Buffer.byteLength(name) > MAX_REF_BYTES)
    return `it is over ${MAX_REF_BYTES} bytes`;
  if (!name.isWellFormed()) return 'it is not valid Unicode';
  if (FORBIDDEN.test(name)) return 'it contains a space, a control character or one of ~ ^ : ? * [ \\';
  if (name.includes('..') || name.includes('@{')) return 'it contains ".." or "@{"';
  if (name === '@' || name === 'HEAD') return 'git gives this name another meaning';
  if (name.startsWith('-')) return 'it starts with "-", which programs take for an option';
  if (name === 'refs' || name.startsWith('refs/')) return 'it starts with "refs"';
  return name
    .split('/')
    .map(flawOfPart)
    .find((flaw) => flaw !== undefined);
}

function flawOfPart(part: string): string | undefined {
  if (part === '') return 'it has an empty part between slashes';
  if (part.startsWith('.') || part.endsWith('.')) return 'a part of it starts or ends with "."';
  if (COMMIT_LIKE.test(part)) return 'it looks like a commit id';
  return part.toLowerCase().endsWith('.lock') ? 'a part of it ends with ".lock"' : undefined;
}
