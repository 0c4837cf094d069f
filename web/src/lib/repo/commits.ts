// Commits and refs as pages show them. Pure.
import { type CommitSummary } from '@holdfast/hub/surfaces/web/pages';

/** A commit as a line. */
export interface ShownCommit {
  readonly oid: string;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly at: Date;
}

/** The commit, with the first line of what it says apart. */
export function presentCommit({ oid, message, author, at }: CommitSummary): ShownCommit {
  const end = message.indexOf('\n');
  const title = end === -1 ? message : message.slice(0, end);
  return { oid, title, body: end === -1 ? '' : message.slice(end).trim(), author: author.name, at };
}

/** A branch or tag, as people call it. */
export interface ShownRef {
  readonly kind: 'branch' | 'tag';
  readonly name: string;
  readonly commit: string;
}

/** The branches and tags among the refs; others are for programs. */
export function presentRefs(refs: readonly { readonly name: string; readonly commit: string }[]): ShownRef[] {
  return refs.flatMap(({ name, commit }): ShownRef[] => {
    const [, kind, short] = /^refs\/(heads|tags)\/(.+)$/.exec(name) ?? [];
    return short === undefined ? [] : [{ kind: kind === 'tags' ? 'tag' : 'branch', name: short, commit }];
  });
}

/** A revision in few letters: the id of a commit is known by its first ones. */
export function shortRevision(revision: string): string {
  return /^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 7) : revision;
}
