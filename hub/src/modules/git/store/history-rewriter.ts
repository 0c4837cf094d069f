// Rewrites the history of a repository so that no commit holds the files of certain large objects any more: folders,
// commits, annotated tags and refs are made anew where they change, and what they replace can no longer be asked for.
// Invariant: all of it is one transaction under the lock of the repository, so that no commit comes in between.
import { sql } from 'kysely';
import { type Sha1, type Sha256 } from '@holdfast/kernel/digest';
import { formatSize, MiB } from '@holdfast/kernel/size';
import { encodeCommit, encodeTag, parseCommit, parseTag } from '../commit-object.ts';
import { historyTooLarge } from '../faults.ts';
import { FolderGraph } from '../folder-graph.ts';
import { planHistory, type CommitNode } from '../history-plan.ts';
import { type ListedRef, type RefTarget } from '../model.ts';
import { type EncodedObject } from '../object.ts';
import { LostChanges, prunedEntries, type Pruning } from '../pruning.ts';
import { type Ref } from '../ref.ts';
import { encodeTree, parseTree } from '../tree-object.ts';
import { CommitReplacer, type RebuiltCommit, type StoredCommit } from './commit-replacer.ts';
import { GitWriter } from './writer.ts';

/** A ref that a rewriting moved. */
export interface MovedRef {
  readonly name: Ref;
  readonly before: RefTarget;
  readonly after: RefTarget;
}

/** What a rewriting did. */
export interface Rewriting {
  readonly moved: readonly MovedRef[];
  /** Commits that were made anew. */
  readonly rebuilt: number;
  /** Commits that are not there any more. */
  readonly erased: number;
  /** Bytes that were added to the repository in git. */
  readonly addedBytes: number;
}

/** Folders of all commits together, in bytes: read, and in the worst case written, in about twenty seconds. */
const MOST_FOLDER_BYTES = 128 * MiB;
const MOST_REFS = 5_000;
const NOTHING: Rewriting = { moved: [], rebuilt: 0, erased: 0, addedBytes: 0 };

/** Rewrites one repository. Its row must be locked. */
export class HistoryRewriter extends GitWriter {
  /**
   * Takes the files of these objects out of every commit. Commits keep author, dates and message; one that neither
   * changes nor follows one that does stays as it is. Throws `history.too-large`; then nothing has changed.
   */
  async rewrite(digests: readonly Sha256[], at: Date): Promise<Rewriting> {
    const doomed = await this.#findPointers(digests);
    if (doomed.size === 0) return NOTHING;
    const replacer = new CommitReplacer(this.db, this.repoId);
    const commits = await replacer.listAll();
    await replacer.requireFewChanges();
    const refs = await this.listRefs();
    if (refs.length > MOST_REFS) throw historyTooLarge(`${MOST_REFS} branches and tags`);
    const pruning = { doomed, rebuilt: await this.#rebuildFolders(commits, doomed) };
    const heads = refs.map(({ commit }) => commit);
    const plan = planHistory(commits, heads, (tree) => pruning.rebuilt.has(tree));
    if (plan.erase.length === 0) return NOTHING;
    const rebuilt = await this.#rebuildCommits(plan.rebuild, pruning);
    await replacer.insert(rebuilt);
    const moved = await this.#moveRefs(refs, rebuilt, at);
    const trees = new Map(commits.map(({ oid, tree }) => [oid, tree]));
    await replacer.replaceChanges(
      plan.erase,
      rebuilt,
      await this.#listLost(plan.rebuild, { trees, pruning }),
    );
    await replacer.erase(plan.erase);
    return { moved, rebuilt: rebuilt.size, erased: plan.erase.length, addedBytes: this.addedBytes };
  }

  /** The ids in git of every pointer to one of these objects. */
  async #findPointers(digests: readonly Sha256[]): Promise<Set<Sha1>> {
    const rows = await this.db
      .selectFrom('git.object')
      .select('oid')
      .where('repo_id', '=', this.repoId)
      .where(sql<boolean>`lfs_sha256 = any(${digests}::text[])`)
      .execute();
    return new Set(rows.map(({ oid }) => oid));
  }

  async #rebuildFolders(
    commits: readonly CommitNode[],
    doomed: ReadonlySet<Sha1>,
  ): Promise<Map<Sha1, Sha1 | null>> {
    const graph = new FolderGraph(doomed);
    let bytesRead = 0;
    for (let level = graph.meet(commits.map(({ tree }) => tree)); level.length > 0;) {
      const next: Sha1[] = [];
      for await (const { oid, bytes } of this.objects.readBodies(level)) {
        bytesRead += bytes.length;
        if (bytesRead > MOST_FOLDER_BYTES)
          throw historyTooLarge(`${formatSize(MOST_FOLDER_BYTES)} of folders`);
        for (const child of graph.note(oid, parseTree(bytes))) next.push(child);
      }
      level = next;
    }
    const rebuilt = new Map<Sha1, Sha1 | null>();
    for (const group of graph.groups()) await this.#put(this.#prunedFolders(group, { doomed, rebuilt }));
    return rebuilt;
  }

  async *#prunedFolders(
    folders: readonly Sha1[],
    pruning: Pruning & { readonly rebuilt: Map<Sha1, Sha1 | null> },
  ): AsyncGenerator<EncodedObject> {
    for await (const { oid, bytes } of this.objects.readBodies(folders)) {
      const tree = encodeTree(prunedEntries(parseTree(bytes), pruning));
      const isEmpty = tree.body.length === 0;
      pruning.rebuilt.set(oid, isEmpty ? null : tree.oid);
      if (!isEmpty) yield tree;
    }
  }

  async #rebuildCommits(
    commits: readonly StoredCommit[],
    pruning: Pruning,
  ): Promise<Map<Sha1, RebuiltCommit>> {
    const empty = encodeTree([]);
    await this.#put([empty]);
    const rebuilt = new Map<Sha1, RebuiltCommit>();
    const newIdOf = (oid: Sha1): Sha1 => rebuilt.get(oid)?.oid ?? oid;
    const nodes = new Map(commits.map((commit) => [commit.oid, commit]));
    const bodies = this.objects.readBodies([...nodes.keys()]);
    const encode = async function* (): AsyncGenerator<EncodedObject> {
      for await (const { oid, bytes } of bodies) {
        const before = parseCommit(bytes);
        const pruned = pruning.rebuilt.get(before.tree);
        const tree = pruned === undefined ? before.tree : (pruned ?? empty.oid);
        // Two parents that differed in these files alone are one now.
        const parents = [...new Set(before.parents.map(newIdOf))];
        const object = encodeCommit({ ...before, tree, parents });
        const jump = nodes.get(oid)?.jump ?? oid;
        rebuilt.set(oid, {
          oid: object.oid,
          tree,
          parents,
          jump: jump === oid ? object.oid : newIdOf(jump),
        });
        yield object;
      }
    };
    await this.#put(encode());
    return rebuilt;
  }

  async #moveRefs(
    refs: readonly ListedRef[],
    rebuilt: ReadonlyMap<Sha1, RebuiltCommit>,
    at: Date,
  ): Promise<MovedRef[]> {
    const moved: MovedRef[] = [];
    for (const { name, target, commit } of refs) {
      const to = rebuilt.get(commit)?.oid;
      if (to === undefined) continue;
      const after = { target: target === commit ? to : await this.#retag(target, to), commit: to };
      if (!(await this.moveRef(name, target, { ...after, at })))
        throw new Error(`${name} moved although the repository was locked`);
      moved.push({ name, before: { target, commit }, after });
    }
    return moved;
  }

  /** The annotated tag, on another commit. */
  async #retag(target: Sha1, commit: Sha1): Promise<Sha1> {
    const object = await this.objects.findObject(target);
    if (object?.kind !== 'tag') throw new Error(`${target} is neither a commit nor a tag`);
    const { name, tagger, message } = parseTag(object.bytes);
    if (tagger === undefined) throw new Error(`the tag ${target} has no tagger`);
    const tag = encodeTag({ object: commit, kind: 'commit', name, tagger, message });
    await this.#put([tag]);
    return tag.oid;
  }

  /** For each commit, the paths that it no longer changes. */
  async #listLost(
    commits: readonly StoredCommit[],
    { trees, pruning }: { readonly trees: ReadonlyMap<Sha1, Sha1>; readonly pruning: Pruning },
  ): Promise<Map<Sha1, string[]>> {
    const lost = new Map<Sha1, string[]>();
    const changes = new LostChanges(this, pruning);
    for (const { oid, tree, parents } of commits) {
      const [parent] = parents;
      const before = parent && trees.get(parent);
      if (before === undefined || !(pruning.rebuilt.has(before) || pruning.rebuilt.has(tree))) continue;
      const paths = await changes.between({ before, after: tree });
      if (paths.length > 0) lost.set(oid, paths);
    }
    return lost;
  }

  async #put(objects: Iterable<EncodedObject> | AsyncIterable<EncodedObject>): Promise<void> {
    await this.putObjects(objects);
  }
}
