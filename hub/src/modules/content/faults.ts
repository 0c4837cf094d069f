// The refusals of `content`.
import { defineFault } from '@holdfast/kernel/fault';
import { formatSize } from '@holdfast/kernel/size';
import { quoted } from '#modules/git';

export const revisionMissing = defineFault(
  'missing',
  'revision.missing',
  (text: string) => `Invalid rev id: ${text === '' ? '(none)' : quoted(text)}`,
);
export const notABranch = defineFault(
  'invalid',
  'revision.not-a-branch',
  (text: string) => `${quoted(text)} is not a branch: only branches can be written to.`,
);
export const commitStale = defineFault(
  'stale',
  'commit.stale',
  (branch: string) =>
    `A commit has happened on ${quoted(branch)} since the parent commit that was named. Please refresh and try again.`,
);
export const parentInvalid = defineFault(
  'invalid',
  'commit.parent-invalid',
  () => 'The parent commit must be a commit id: 7 to 40 hex digits.',
);
export const titleMissing = defineFault(
  'invalid',
  'commit.title-missing',
  () => 'The commit needs a summary.',
);
export const messageTooLong = defineFault(
  'too-large',
  'commit.message-too-long',
  (limit: number) => `The summary and description of a commit may have ${formatSize(limit)}.`,
);
export const tooManyOperations = defineFault(
  'too-large',
  'commit.too-many-operations',
  (limit: number) => `One commit may change at most ${limit} files.`,
);
export const fileTooLarge = defineFault(
  'too-large',
  'commit.file-too-large',
  (path: string, limit: number) =>
    `${quoted(path)} is too large for a regular file: above ${formatSize(limit)} files must be uploaded with LFS.`,
);
export const lfsObjectMissing = defineFault(
  'invalid',
  'commit.lfs-object-missing',
  (path: string, oid: string) =>
    `${quoted(path)} is an LFS pointer to an object that was never uploaded to this repository: ${oid}`,
);
export const lfsSizeDiffers = defineFault(
  'invalid',
  'commit.lfs-size-differs',
  (path: string, stated: number, stored: number) =>
    `${quoted(path)} is said to have ${stated} bytes, but the object that was uploaded has ${stored}.`,
);
export const branchProtected = defineFault(
  'forbidden',
  'ref.protected',
  (name: string) => `The branch ${quoted(name)} is protected: it cannot be deleted or replaced.`,
);
export const refConflicts = defineFault(
  'conflict',
  'ref.conflicts',
  (name: string, other: string) =>
    `Reference already exists: ${quoted(name)} cannot stand beside ${quoted(other)}, because one is a folder of the other in git.`,
);
export const pullRequestsMissing = defineFault(
  'invalid',
  'commit.no-pull-requests',
  () =>
    'This hub has no discussions and pull requests: commit to a branch instead (discussions do not exist yet).',
);
export const cursorInvalid = defineFault(
  'invalid',
  'content.cursor-invalid',
  () => 'This cursor is not one that this list gave out.',
);
export const patternsTooLong = defineFault(
  'too-large',
  'content.patterns-too-long',
  (file: string, limit: number) => `The ${file} is larger than the ${formatSize(limit)} that are read.`,
);
