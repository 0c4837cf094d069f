// What is said to those who would write to a branch that is not there.
import { findRevision, MAIN_BRANCH, refsOf, type GitReader } from '#modules/git';
import { notABranch, revisionMissing } from './faults.ts';

/** The refusal: `revision.not-a-branch` where the text names a tag, `revision.missing` where it names nothing. */
export async function noBranch(reader: Pick<GitReader, 'findRef'>, text: string): Promise<Error> {
  const revision = findRevision(text);
  const names = revision === undefined ? [] : refsOf(revision, MAIN_BRANCH);
  const there = names.length === 0 ? undefined : await reader.findRef(...names);
  return there === undefined ? revisionMissing(text) : notABranch(text);
}
