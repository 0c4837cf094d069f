// Reads the `.gitattributes` that have a say on certain paths: the one at the root, and those in the folders on the way.
import { type Sha1 } from '@holdfast/kernel/digest';
import { MiB } from '@holdfast/kernel/size';
import { AttributeTree, isFolder, type GitReader } from '#modules/git';

const NAME = '.gitattributes';
/** Bytes of all files below the root together; what is beyond has no say, as with too large a file in git. */
const MAX_BELOW = MiB;

/** The attributes of a tree for these paths. `text` is what the root says. */
export async function readAttributes(
  reader: GitReader,
  wish: { readonly root: Sha1; readonly text: string; readonly paths: readonly string[] },
): Promise<AttributeTree> {
  const attributes = new AttributeTree(wish.text);
  let left = MAX_BELOW;
  for await (const { folder, oid } of findFiles(reader, wish)) {
    const content = await reader.findBlob(oid, left);
    if (content === undefined) continue;
    left -= content.length;
    attributes.add(folder, content.toString('utf8'));
  }
  return attributes;
}

/** Where such a file is, outer folders first. Each folder is looked into once. */
async function* findFiles(
  reader: GitReader,
  { root, paths }: { readonly root: Sha1; readonly paths: readonly string[] },
): AsyncGenerator<{ folder: string; oid: Sha1 }> {
  const found = new Map([['', root]]);
  for (const folder of foldersOf(paths)) {
    const slash = folder.lastIndexOf('/');
    const above = found.get(folder.slice(0, Math.max(0, slash)));
    if (above === undefined) continue;
    const name = folder.slice(slash + 1);
    const entry = (await reader.readTree(above)).find((one) => one.name === name);
    if (entry === undefined || !isFolder(entry)) continue;
    found.set(folder, entry.oid);
    const file = (await reader.readTree(entry.oid)).find((one) => one.name === NAME);
    // Git does not follow a link of this name either.
    if (file?.mode === '100644' || file?.mode === '100755') yield { folder, oid: file.oid };
  }
}

/** The folders that the paths go through, each behind the one it is in. */
function foldersOf(paths: readonly string[]): string[] {
  const folders = new Set<string>();
  for (const path of paths)
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      if (folders.has(path.slice(0, end))) break;
      folders.add(path.slice(0, end));
    }
  return [...folders].sort((a, b) => a.length - b.length);
}
