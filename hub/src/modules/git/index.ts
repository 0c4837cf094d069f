// The face of the git module.
export { Attributes, isLfs, parseAttributes, type AttributeValue } from './attributes.ts';
export { MAX_CHANGED, type ChangedPath, type FileVersion } from './change-log.ts';
export {
  composeMessage,
  encodeCommit,
  encodeTag,
  MAX_COMMIT_BYTES,
  parseCommit,
  parseTag,
  splitMessage,
  type Commit,
  type Tag,
} from './commit-object.ts';
export {
  attributesFull,
  entryIsFile,
  entryIsFolder,
  entryMissing,
  entryTwice,
  objectMalformed,
  patternTooCostly,
  quoted,
  refExists,
  refInvalid,
  revisionEncoding,
  revisionInvalid,
  tooManyChanges,
  treeCursorInvalid,
} from './faults.ts';
export { Ignore, isIgnored, parseIgnore } from './ignore.ts';
export { addLfsPattern, addLfsPatterns, defaultAttributes, exactPattern } from './lfs-attributes.ts';
export { encodePointer, MAX_POINTER_BYTES, parsePointer, type LfsPointer } from './lfs-pointer.ts';
export {
  encodeBlobId,
  encodeObject,
  objectHeader,
  objectId,
  type EncodedObject,
  type ObjectKind,
} from './object.ts';
export {
  isGitName,
  MAX_NAME_BYTES,
  MAX_PATH_BYTES,
  parsePath,
  twins,
  type RepoPath,
  type Twin,
} from './path.ts';
export {
  findRevision,
  MAX_REF_BYTES,
  parseBranch,
  parseRevision,
  parseTagName,
  pullRef,
  refsOf,
  shortName,
  type Ref,
  type Revision,
} from './ref.ts';
export {
  looksBinary,
  MAX_REGULAR_BYTES,
  uploadModeOf,
  type FileSketch,
  type UploadMode,
} from './regular-or-lfs.ts';
export { splitRevisionPath, type RevisionPath } from './revision-path.ts';
export { type Signature } from './signature.ts';
export { applyChanges, type Change, type EditedTree, type TreeReader } from './tree-edit.ts';
export {
  encodeTree,
  isFolder,
  MAX_TREE_BYTES,
  parseTree,
  type FileMode,
  type Mode,
  type TreeEntry,
} from './tree-object.ts';
export { MAIN_BRANCH, writeInitialCommit, writeRootCommit, type InitialCommit } from './initial-commit.ts';
export {
  type BlobFacts,
  type CommitSummary,
  type Entry,
  type ListedEntry,
  type ListedRef,
  type RefTarget,
} from './model.ts';
export { BoundedCache, ObjectCache } from './object-cache.ts';
export { GitReader, MAX_PAGE } from './store/reader.ts';
export { copyRepository, eraseRepository } from './store/whole.ts';
export { GitWriter, type AddedBytes, type NewCommit } from './store/writer.ts';
export { objects as gitObjects } from './migrations/0001-objects.ts';
