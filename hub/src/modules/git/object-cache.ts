// Immutable git content that was read lately, bounded in bytes. What is kept can never be out of date: every key names
// a repository and a digest. Keys of different repositories never meet, so that a cache hit grants nothing.
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { MiB } from '@holdfast/kernel/size';
import { type BlobFacts, type CommitSummary, type Entry } from './model.ts';
import { type TreeEntry } from './tree-object.ts';

/** Keeps about the most recently used values whose sizes together fit the limit. */
export class BoundedCache<Value> {
  readonly #limit: number;
  #young = new Map<string, { value: Value; bytes: number }>();
  #old = new Map<string, { value: Value; bytes: number }>();
  #youngBytes = 0;

  /** @param limit most bytes that all values together may have */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The value, or `undefined` when it is not kept. */
  get(key: string): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young.value;
    const old = this.#old.get(key);
    if (old === undefined) return undefined;
    this.set(key, old.value, old.bytes);
    return old.value;
  }

  /** Keeps a value. One that would push out a quarter of the others is not kept. */
  set(key: string, value: Value, bytes: number): void {
    const cost = bytes + ENTRY_BYTES + key.length;
    if (cost > this.#limit / 4 || this.#young.has(key)) return;
    // Two generations instead of a list of uses: a hit writes nothing, and the older half goes at once.
    if (this.#youngBytes + cost > this.#limit / 2) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    this.#young.set(key, { value, bytes });
    this.#youngBytes += cost;
  }
}

// What a map's slot, a key and a small object cost in V8, roughly.
const ENTRY_BYTES = 150;

/** The caches of one process. */
export class ObjectCache {
  readonly #trees: BoundedCache<readonly TreeEntry[]>;
  readonly #commits: BoundedCache<CommitSummary>;
  readonly #facts: BoundedCache<BlobFacts>;
  readonly #blobs: BoundedCache<Buffer>;
  readonly #entries: BoundedCache<Entry | null>;

  /** @param bytes most that all of it may take, about */
  constructor(bytes: number = 48 * MiB) {
    this.#trees = new BoundedCache(bytes * 0.35);
    this.#blobs = new BoundedCache(bytes * 0.3);
    this.#entries = new BoundedCache(bytes * 0.15);
    this.#facts = new BoundedCache(bytes * 0.1);
    this.#commits = new BoundedCache(bytes * 0.1);
  }

  findTree(repo: Id, oid: Sha1): readonly TreeEntry[] | undefined {
    return this.#trees.get(repo + oid);
  }

  keepTree(repo: Id, oid: Sha1, entries: readonly TreeEntry[]): void {
    const names = entries.reduce((sum, { name }) => sum + name.length, 0);
    this.#trees.set(repo + oid, entries, names + entries.length * 130);
  }

  findCommit(repo: Id, oid: Sha1): CommitSummary | undefined {
    return this.#commits.get(repo + oid);
  }

  keepCommit(repo: Id, commit: CommitSummary): void {
    this.#commits.set(repo + commit.oid, commit, 600 + commit.message.length);
  }

  findFacts(repo: Id, oid: Sha1): BlobFacts | undefined {
    return this.#facts.get(repo + oid);
  }

  keepFacts(repo: Id, oid: Sha1, facts: BlobFacts): void {
    this.#facts.set(repo + oid, facts, facts.lfs === undefined ? 40 : 160);
  }

  findBlob(repo: Id, oid: Sha1): Buffer | undefined {
    return this.#blobs.get(repo + oid);
  }

  keepBlob(repo: Id, oid: Sha1, bytes: Buffer): void {
    this.#blobs.set(repo + oid, bytes, bytes.length);
  }

  /** What stands at a path of a commit; `null` where nothing does: clients ask for many files that are not there. */
  findEntry(repo: Id, commit: Sha1, path: string): Entry | null | undefined {
    return this.#entries.get(`${repo}${commit}${path}`);
  }

  keepEntry(at: { repo: Id; commit: Sha1; path: string }, entry: Entry | null): void {
    this.#entries.set(`${at.repo}${at.commit}${at.path}`, entry, 250);
  }
}

/** The cache that the readers of one process share. */
export class SharedObjectCache {
  #current = new ObjectCache();

  /** The cache to read through now. A reader keeps the one it began with. */
  get current(): ObjectCache {
    return this.#current;
  }

  /**
   * Begins with an empty one: objects never change, but a rewritten history is not to be shown any more. What a reader
   * that began before still keeps goes where nobody looks.
   */
  renew(): void {
    this.#current = new ObjectCache();
  }
}
