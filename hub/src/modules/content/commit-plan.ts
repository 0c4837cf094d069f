// Turns the operations of a commit into changes of a tree. Objects that LFS files name must be this repository's own:
// otherwise naming a digest would give what only another repository's readers may have.
import { Buffer } from 'node:buffer';
import { type Sha1, type Sha256 } from '@holdfast/kernel/digest';
import { type BlobPlace } from '#modules/blobs';
import {
  addLfsPatterns,
  encodeObject,
  encodePointer,
  entryIsFolder,
  entryMissing,
  type Change,
  type Entry,
  type FileMode,
  type GitReader,
  type LfsPointer,
  type RepoPath,
  parsePath,
} from '#modules/git';
import { type Draft, type Operation, type Spooled } from './draft.ts';
import { lfsObjectMissing, lfsSizeDiffers } from './faults.ts';

/** A blob that the commit may add. */
export interface PlannedBlob {
  readonly oid: Sha1;
  readonly content: Spooled;
}

/** What a commit comes to. */
export interface CommitPlan {
  readonly changes: readonly Change[];
  readonly blobs: readonly PlannedBlob[];
  /** Where the commit puts large objects. */
  readonly places: readonly Omit<BlobPlace, 'ref'>[];
}

/** What planning reads. */
export interface PlanSources {
  readonly reader: GitReader;
  /** The tree that is changed. */
  readonly root: Sha1;
  /** Sizes of those of the digests that this repository holds. */
  readonly findObjects: (
    digests: readonly Sha256[],
  ) => Promise<ReadonlyMap<Sha256, { readonly size: number }>>;
}

/** The largest `.gitattributes` that a line is added to. */
const MAX_ATTRIBUTES = 1024 * 1024;
const ATTRIBUTES = parsePath('.gitattributes');

/**
 * The changes of a draft to a tree. Throws `commit.lfs-object-missing`, `commit.lfs-size-differs`, `entry.missing` and
 * `entry.is-folder` for what is copied, `attributes.full`.
 */
export async function planCommit(draft: Draft, sources: PlanSources): Promise<CommitPlan> {
  const planning = new Planning(draft, sources);
  await planning.checkObjects();
  for (const operation of draft.operations) await planning.add(operation);
  await planning.addAttributes();
  return planning;
}

class Planning implements CommitPlan {
  readonly changes: Change[] = [];
  readonly blobs: PlannedBlob[] = [];
  readonly places: { sha256: Sha256; path: string }[] = [];
  readonly #draft: Draft;
  readonly #sources: PlanSources;
  /** Files that came as LFS files, for which the attributes must say so. */
  readonly #lfsPaths: string[] = [];

  constructor(draft: Draft, sources: PlanSources) {
    this.#draft = draft;
    this.#sources = sources;
  }

  /** Checks all named objects before anything else, in one question. */
  async checkObjects(): Promise<void> {
    const named = this.#draft.operations.map(pointerOf).filter((one) => one !== undefined);
    if (named.length === 0) return;
    const held = await this.#sources.findObjects([...new Set(named.map((one) => one.sha256))]);
    for (const { path, sha256, size } of named) {
      const object = held.get(sha256);
      if (object === undefined) throw lfsObjectMissing(path, sha256);
      if (size !== undefined && size !== object.size) throw lfsSizeDiffers(path, size, object.size);
    }
    this.#sizes = new Map([...held].map(([sha256, { size }]) => [sha256, size]));
  }
  #sizes: ReadonlyMap<Sha256, number> = new Map();

  async add(operation: Operation): Promise<void> {
    const { path } = operation;
    switch (operation.kind) {
      case 'file':
        this.blobs.push(operation);
        await this.#put(path, operation.oid, operation.pointer);
        return;
      case 'lfs': {
        const pointer = { oid: operation.sha256, size: this.#sizes.get(operation.sha256) ?? 0 };
        const blob = encodeObject('blob', encodePointer(pointer));
        this.blobs.push({ oid: blob.oid, content: [blob.body] });
        this.#lfsPaths.push(path);
        await this.#put(path, blob.oid, pointer);
        return;
      }
      case 'copy': {
        const source = await this.#getFile(operation.from);
        if (source.lfs !== undefined) this.#lfsPaths.push(path);
        this.changes.push({ kind: 'put', path, oid: source.oid, mode: source.mode });
        return;
      }
      case 'delete':
        this.changes.push(operation);
    }
  }

  /** Adds lines to `.gitattributes` for files that LFS keeps although no pattern says so. */
  async addAttributes(): Promise<void> {
    if (this.#lfsPaths.length === 0) return;
    const before = await this.#attributesText();
    if (before === undefined) return;
    const after = addLfsPatterns(before, this.#lfsPaths);
    if (after === before) return;
    const blob = encodeObject('blob', Buffer.from(after));
    this.blobs.push({ oid: blob.oid, content: [blob.body] });
    // It replaces what the commit itself wanted with that file, which `before` already holds.
    const others = this.changes.filter((change) => change.path !== ATTRIBUTES);
    this.changes.splice(0, Infinity, ...others, {
      kind: 'put',
      path: ATTRIBUTES,
      oid: blob.oid,
      mode: '100644',
    });
  }

  /** The text that the commit leaves there; `undefined` when it is not a text that lines can be added to. */
  async #attributesText(): Promise<string | undefined> {
    const own = this.#draft.operations.findLast(({ path }) => path === ATTRIBUTES);
    if (own?.kind === 'delete') return '';
    if (own?.kind === 'file') {
      const content = await this.#draft.read(own.content);
      return content.length > MAX_ATTRIBUTES || own.pointer !== undefined
        ? undefined
        : content.toString('utf8');
    }
    if (own !== undefined) return undefined;
    const entry = await this.#sources.reader.findEntryIn(this.#sources.root, ATTRIBUTES);
    if (entry === undefined) return '';
    if (entry.kind === 'folder' || entry.lfs !== undefined) return undefined;
    return (await this.#sources.reader.findBlob(entry.oid, MAX_ATTRIBUTES))?.toString('utf8');
  }

  async #put(path: RepoPath, oid: Sha1, pointer: LfsPointer | undefined): Promise<void> {
    if (pointer !== undefined) this.places.push({ sha256: pointer.oid, path });
    this.changes.push({ kind: 'put', path, oid, mode: await this.#modeAt(path) });
  }

  /** A file that was executable stays so: clients send contents alone. */
  async #modeAt(path: RepoPath): Promise<FileMode> {
    const entry = await this.#entryAt(path);
    return entry?.kind === 'file' && entry.mode === '100755' ? '100755' : '100644';
  }

  async #getFile(path: RepoPath): Promise<Entry & { readonly kind: 'file' }> {
    const entry = await this.#entryAt(path);
    if (entry === undefined) throw entryMissing(path);
    if (entry.kind === 'folder') throw entryIsFolder(path);
    return entry;
  }

  async #entryAt(path: RepoPath): Promise<Entry | undefined> {
    return await this.#sources.reader.findEntryIn(this.#sources.root, path);
  }
}

function pointerOf(
  operation: Operation,
): { path: RepoPath; sha256: Sha256; size: number | undefined } | undefined {
  if (operation.kind === 'lfs') return operation;
  if (operation.kind !== 'file' || operation.pointer === undefined) return undefined;
  const { oid, size } = operation.pointer;
  return { path: operation.path, sha256: oid, size };
}
