// A file of a commit as an answer presents it, and where its bytes come from.
// Invariant: the bytes of a large file are sent only while the repository itself holds them. A pointer alone, which
// anybody can write into a file of their own, opens no object of another repository.
import { type Id } from '@holdfast/kernel/id';
import { type Blob, type Blobs } from '#modules/blobs';
import { type Content, type FoundFile } from '#modules/content';
import { encodePointer } from '#modules/git';
import { strongEtag } from '../../http/etag.ts';
import { type SendableFile } from '../../http/send-file.ts';

/** Whether a large file is answered with its content or with the pointer that git has. */
export type Depth = 'content' | 'pointer';

/** Where bytes come from. */
export interface StoredDeps {
  readonly content: Pick<Content, 'openBlob'>;
  readonly blobs: Pick<Blobs, 'find' | 'open'>;
}

/** A file that can be sent, with the object behind it where it is a large one. */
export type StoredFile = SendableFile & { readonly blob?: Blob };

/** The file as it is sent; `undefined` for a large file whose content the repository does not hold. */
export async function openStored(
  deps: StoredDeps,
  found: { readonly repoId: Id; readonly file: FoundFile },
  depth: Depth,
): Promise<StoredFile | undefined> {
  const { repoId, file } = found;
  const { path, commit, lfs, oid, size } = file;
  const headers = { 'X-Repo-Commit': commit, 'Cache-Control': 'private, no-cache' };
  if (lfs === undefined) {
    const content = async () => (await deps.content.openBlob({ id: repoId }, oid)) ?? absent(oid);
    return { path, size, etag: strongEtag(oid), headers, content };
  }
  if (depth === 'pointer') {
    const content = encodePointer({ oid: lfs.sha256, size: lfs.size });
    const type = { 'Content-Type': 'text/plain; charset=utf-8' };
    return { path, size: content.length, etag: strongEtag(oid), headers: { ...headers, ...type }, content };
  }
  const blob = await deps.blobs.find(repoId, lfs.sha256);
  if (blob === undefined || blob.size !== lfs.size) return undefined;
  const etag = strongEtag(lfs.sha256);
  const linked = { 'X-Linked-Size': String(lfs.size), 'X-Linked-Etag': etag };
  const content = () => deps.blobs.open(blob);
  return { path, size: lfs.size, etag, headers: { ...headers, ...linked }, content, blob };
}

function absent(oid: string): never {
  throw new Error(`the git blob ${oid} is in a tree and not stored`);
}
