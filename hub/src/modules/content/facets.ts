// Reads what the files of a commit say of their repository, for lists and search.
import { type Json } from '@holdfast/kernel/canonical-json';
import { type Sha1 } from '@holdfast/kernel/digest';
import { MiB } from '@holdfast/kernel/size';
import { MAX_PAGE, type GitReader } from '#modules/git';
import { facetsOf, type Facets, type Repo } from '#modules/repos';
import { type ModelWeights } from './model-weights.ts';

/** The largest README and `config.json` that are looked at. */
const MAX_README = MiB;
const MAX_CONFIG = MiB;

/**
 * The facets of a tree. Of the paths, those at the root and the first thousand of all are looked at: what kind of files
 * a repository has shows there, and a commit must not cost more the more files there are.
 */
export async function facetsAt(
  reader: GitReader,
  root: Sha1,
  of: { readonly repo: Pick<Repo, 'id' | 'type'>; readonly weights: ModelWeights },
): Promise<Facets> {
  const { id, type } = of.repo;
  const readme = await contentAt(reader, { root, path: 'README.md', limit: MAX_README });
  const paths = new Set((await reader.readTree(root)).map((entry) => entry.name));
  for (const path of await reader.listFilePaths(root, MAX_PAGE)) paths.add(path);
  const config = type === 'model' ? await configAt(reader, root) : undefined;
  const weights = type === 'model' ? await of.weights.findIn(reader, id, root) : undefined;
  return facetsOf({ type, readme, paths: [...paths], weights, ...(config !== undefined && { config }) });
}

async function configAt(reader: GitReader, root: Sha1): Promise<Json | undefined> {
  const bytes = await contentAt(reader, { root, path: 'config.json', limit: MAX_CONFIG });
  try {
    return bytes === undefined ? undefined : (JSON.parse(bytes.toString('utf8')) as Json);
  } catch {
    // A file of that name need not be JSON; what is not says nothing.
    return undefined;
  }
}

async function contentAt(
  reader: GitReader,
  file: { root: Sha1; path: string; limit: number },
): Promise<Buffer | undefined> {
  const entry = await reader.findEntryIn(file.root, file.path);
  if (entry?.kind !== 'file' || entry.lfs !== undefined) return undefined;
  return await reader.findBlob(entry.oid, file.limit);
}
