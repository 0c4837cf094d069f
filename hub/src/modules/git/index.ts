// The face of the git module.
export { AttributeTree } from './attribute-tree.ts';
export { type AttributeValue } from './attributes.ts';
export { type ChangedPath, type FileVersion } from './change-log.ts';
export { hashBlob } from './blob-hash.ts';
export { composeMessage, encodeTag, splitMessage, type Commit, type Tag } from './commit-object.ts';
export { entryIsFolder, entryMissing, entryUnnamed, quoted, refExists, revisionEncoding } from './faults.ts';
export { isIgnored, parseIgnore } from './ignore.ts';
export { addLfsPatterns, defaultAttributes } from './lfs-attributes.ts';
export { encodePointer, parsePointer, type LfsPointer } from './lfs-pointer.ts';
export { encodeBlobId, encodeObject, type EncodedObject, type ObjectKind } from './object.ts';
export { parsePath, twins, type RepoPath, type Twin } from './path.ts';
export {
  findRevision,
  parseBranch,
  parseTagName,
  refsOf,
  shortName,
  type Ref,
  type Revision,
} from './ref.ts';
export { uploadModeOf, type FileSketch, type UploadMode } from './regular-or-lfs.ts';
export { splitRevisionPath, type RevisionPath } from './revision-path.ts';
export { type Signature } from './signature.ts';
export { applyChanges, type Change, type EditedTree, type TreeReader } from './tree-edit.ts';
export { isFolder, type FileMode, type Mode, type TreeEntry } from './tree-object.ts';
export { MAIN_BRANCH, writeInitialCommit, writeRootCommit, type InitialCommit } from './initial-commit.ts';
export {
  type BlobFacts,
  type CommitSummary,
  type Entry,
  type ListedEntry,
  type ListedRef,
  type OpenBlob,
  type RefTarget,
} from './model.ts';
export { ObjectCache, SharedObjectCache } from './object-cache.ts';
export { listFileNames, type Head } from './store/file-names.ts';
export { HistoryRewriter, type MovedRef, type Rewriting } from './store/history-rewriter.ts';
export { HistoryIntegrity, type BrokenObject, type Pointed } from './store/integrity.ts';
export { listNamed } from './store/named.ts';
export { rereadObjects, type FlawedObject, type ObjectName, type RereadBatch } from './store/reread.ts';
export { Reach } from './store/reach.ts';
export { GitReader, MAX_PAGE } from './store/reader.ts';
export {
  deleteChangesOfGone,
  deleteCommits,
  deleteObjects,
  forgetLetGo,
  listLetGo,
  listUnreached,
  type Kind as UnreachedKind,
} from './store/unreachable.ts';
export { ReachedCopy } from './store/reached-copy.ts';
export { eraseRepository } from './store/whole.ts';
export { BATCH_BYTES, GitWriter, type AddedBytes, type NewCommit } from './store/writer.ts';
