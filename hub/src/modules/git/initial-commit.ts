// The first commit of a new repository.
import { Buffer } from 'node:buffer';
import { type Sha1 } from '@holdfast/kernel/digest';
import { encodeObject } from './object.ts';
import { parsePath } from './path.ts';
import { parseBranch, type Ref } from './ref.ts';
import { type GitWriter } from './store/writer.ts';
import { applyChanges, type Change } from './tree-edit.ts';

/** The branch that a repository's page and its files are shown from. */
export const MAIN_BRANCH: Ref = parseBranch('main');

/** What the first commit holds. */
export interface InitialCommit {
  /** Text or bytes of each file by its path. */
  readonly files: Readonly<Record<string, string | Buffer>>;
  readonly author: { readonly name: string; readonly email: string };
  readonly at: Date;
}

/** Writes one commit, titled `initial commit`, and the branch `main` that points to it. Returns the commit. */
export async function writeInitialCommit(writer: GitWriter, wish: InitialCommit): Promise<Sha1> {
  const oid = await writeRootCommit(writer, wish);
  await writer.createRef(MAIN_BRANCH, { target: oid, commit: oid }, wish.at);
  return oid;
}

/** Writes a commit without parents, titled `initial commit`. No ref points to it yet. */
export async function writeRootCommit(writer: GitWriter, wish: InitialCommit): Promise<Sha1> {
  const blobs = Object.entries(wish.files).map(([path, content]) => ({
    path: parsePath(path),
    blob: encodeObject('blob', typeof content === 'string' ? Buffer.from(content) : content),
  }));
  const changes = blobs.map(({ path, blob }): Change => ({
    kind: 'put',
    path,
    oid: blob.oid,
    mode: '100644',
  }));
  const tree = await applyChanges(writer, null, changes);
  await writer.putObjects([...blobs.map(({ blob }) => blob), ...tree.trees]);
  const signature = { ...wish.author, at: wish.at, tz: '+0000' };
  const { oid } = await writer.putCommit({
    commit: {
      tree: tree.root,
      parents: [],
      author: signature,
      committer: signature,
      message: 'initial commit',
    },
    changed: [],
  });
  return oid;
}
