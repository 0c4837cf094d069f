// The face of `content`.
export { Commits, type CommitWish, type Committed } from './commits.ts';
export { Comparison, type CommitChanges, type FileChange, type Side } from './comparison.ts';
export { Content, recordListing, type Place, type TreeWish } from './content.ts';
export { type Draft, type Operation } from './draft.ts';
export { Erasure } from './erasure.ts';
export { pullRequestsMissing, revisionMissing } from './faults.ts';
export { History } from './history.ts';
export {
  type FileFacts,
  type FoundFile,
  type ListedFile,
  type LfsContent,
  type TreeItem,
  type Visit,
  type Visitor,
} from './model.ts';
export { openContent, type ContentSetup, type OpenContent } from './open-content.ts';
export { Preupload, type PreuploadAnswer, type PreuploadWish } from './preupload.ts';
export { Texts, type OpenText } from './texts.ts';
export { RefChanges, type BranchWish, type TagWish } from './ref-changes.ts';
