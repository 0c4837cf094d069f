// Which commits a rewritten history has anew, and which it loses. Pure.
import { type Sha1 } from '@holdfast/kernel/digest';

/** A commit as far as its place in the history goes. */
export interface CommitNode {
  readonly oid: Sha1;
  readonly tree: Sha1;
  readonly parents: readonly Sha1[];
}

/** What becomes of a history. */
export interface HistoryPlan<Node extends CommitNode> {
  /** Commits that a ref reaches and that change, each behind its parents. */
  readonly rebuild: readonly Node[];
  /** All that change, and what no ref reaches is among them: it would go on showing what is to be gone. */
  readonly erase: readonly Sha1[];
}

/** The plan for these commits: one changes when its files do, or when one it came from does. */
export function planHistory<Node extends CommitNode>(
  commits: readonly Node[],
  heads: readonly Sha1[],
  isTouched: (tree: Sha1) => boolean,
): HistoryPlan<Node> {
  const ordered = parentsFirst(commits);
  const touched = new Set<Sha1>();
  for (const { oid, tree, parents } of ordered)
    if (isTouched(tree) || parents.some((parent) => touched.has(parent))) touched.add(oid);
  const reached = new Set(heads);
  for (const { oid, parents } of ordered.toReversed())
    if (reached.has(oid)) for (const parent of parents) reached.add(parent);
  return {
    rebuild: ordered.filter(({ oid }) => touched.has(oid) && reached.has(oid)),
    erase: [...touched],
  };
}

function parentsFirst<Node extends CommitNode>(commits: readonly Node[]): Node[] {
  const open = new Map(commits.map((commit) => [commit.oid, commit]));
  const ordered: Node[] = [];
  for (const { oid } of commits) {
    // A list in place of recursion: histories are longer than a stack is deep.
    const pending = [oid];
    for (let next = pending.at(-1); next !== undefined; next = pending.at(-1)) {
      const commit = open.get(next);
      const before = commit?.parents.filter((parent) => open.has(parent)) ?? [];
      if (before.length > 0) {
        pending.push(...before);
        continue;
      }
      pending.pop();
      if (commit === undefined) continue;
      open.delete(next);
      ordered.push(commit);
    }
  }
  return ordered;
}
