// Knows how many parameters the models of repositories have, from the heads of their safetensors files.
// Invariant: what is known belongs to a digest in one repository, which held the object when it was read. A pointer
// alone, which anybody can write, tells nothing of what others keep.
import { type Sha1, type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Blob, type Blobs } from '#modules/blobs';
import {
  addWeights,
  HEAD_LENGTH_BYTES,
  headLength,
  MAX_WEIGHT_FILES,
  parseHead,
  weightFiles,
  type Weights,
} from '#modules/cards';
import { GitReader, MAIN_BRANCH, type SharedObjectCache } from '#modules/git';
import { type Repo } from '#modules/repos';
import { type Operation } from './draft.ts';

/** What reading heads needs. */
export interface ModelWeightsDeps {
  readonly db: Db;
  readonly blobs: Pick<Blobs, 'findMany' | 'open'>;
  readonly cache: SharedObjectCache;
}

/** Facts that are kept in memory; a few hundred bytes each. */
const MAX_KNOWN = 20_000;

/** The weights of models. */
export class ModelWeights {
  readonly #deps: ModelWeightsDeps;
  /** `null`: the file has no head that is read. */
  readonly #known = new Map<string, Weights | null>();

  constructor(deps: ModelWeightsDeps) {
    this.#deps = deps;
  }

  /**
   * Reads the heads of files at the root of `main` that are not known yet, and of those that the operations will put
   * there. Before a transaction: it waits for the disk, and files in chunks need another connection.
   */
  async learn(repo: Pick<Repo, 'id' | 'type'>, operations: readonly Operation[]): Promise<void> {
    if (repo.type !== 'model') return;
    const digests = await this.#listDigests(repo.id, operations);
    const unknown = digests.filter((digest) => !this.#known.has(keyOf(repo.id, digest)));
    const blobs = await this.#deps.blobs.findMany(repo.id, unknown.slice(0, MAX_WEIGHT_FILES));
    for (const blob of blobs.values())
      try {
        this.#keep(keyOf(repo.id, blob.sha256), await this.#read(blob));
      } catch {
        // Bytes that the disk lost are noticed by who asks for them; they must not keep the repository from changing.
        continue;
      }
  }

  /** The weights of the files in a folder; `undefined` where they are not all known. */
  async findIn(reader: GitReader, repoId: Id, root: Sha1): Promise<Weights | undefined> {
    const names = weightFiles((await reader.readTree(root)).map(({ name }) => name));
    const files = await reader.findEntries(root, names);
    const found = files.map((file) =>
      file.kind === 'file' && file.lfs !== undefined
        ? this.#known.get(keyOf(repoId, file.lfs.oid))
        : undefined,
    );
    const weights = found.filter((one) => one != null);
    return weights.length === names.length ? addWeights(weights) : undefined;
  }

  async #listDigests(repoId: Id, operations: readonly Operation[]): Promise<Sha256[]> {
    const digests = new Set<Sha256>();
    const copied: string[] = [];
    for (const operation of operations) {
      if (!isWeights(operation.path)) continue;
      if (operation.kind === 'lfs') digests.add(operation.sha256);
      if (operation.kind === 'file' && operation.pointer !== undefined) digests.add(operation.pointer.oid);
      if (operation.kind === 'copy') copied.push(operation.from);
    }
    const reader = new GitReader(this.#deps.db, repoId, this.#deps.cache.current);
    const head = await reader.findRef(MAIN_BRANCH);
    const tree = head && (await reader.findCommit(head.commit))?.tree;
    if (tree === undefined) return [...digests];
    const names = (await reader.readTree(tree)).map(({ name }) => name).filter(isWeights);
    const paths = [...names, ...copied].slice(0, 2 * MAX_WEIGHT_FILES);
    for (const entry of await reader.findEntries(tree, paths))
      if (entry.kind === 'file' && entry.lfs !== undefined) digests.add(entry.lfs.oid);
    return [...digests];
  }

  async #read(blob: Blob): Promise<Weights | null> {
    if (blob.size < HEAD_LENGTH_BYTES) return null;
    await using object = await this.#deps.blobs.open(blob);
    const first = Buffer.alloc(HEAD_LENGTH_BYTES);
    await object.readInto(0, first);
    const length = headLength(first);
    if (length === undefined || length > blob.size - HEAD_LENGTH_BYTES) return null;
    const head = Buffer.alloc(length);
    await object.readInto(HEAD_LENGTH_BYTES, head);
    return parseHead(head) ?? null;
  }

  #keep(key: string, weights: Weights | null): void {
    this.#known.set(key, weights);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }
}

/** At the root, and by the name of the format. */
function isWeights(path: string): boolean {
  return path.endsWith('.safetensors') && !path.includes('/');
}

function keyOf(repoId: Id, digest: Sha256): string {
  return repoId + digest;
}
