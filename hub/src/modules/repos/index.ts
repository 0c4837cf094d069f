// The face of `repos`.
export { RepoChanges, type Beginning, type NewRepo } from './changes.ts';
export { ERASE_TASK, parseErase } from './erase-task.ts';
export { Namespaces } from './namespaces.ts';
export { Replay } from './replay.ts';
export { Repos, type RepoAddress } from './repos.ts';
export { facetsOf, type FacetFiles } from './facets.ts';
export {
  fullName,
  SORTS,
  type Facets,
  type Pushers,
  type Repo,
  type RepoName,
  type RepoQuery,
  type SettingsChange,
  type Sort,
} from './model.ts';
export { type RepoPage, type SizeBounds, type TagCount } from './list-store.ts';
export { RepoNames } from './repo-names.ts';
export { type NamedRepo } from './name-store.ts';
export { RepoMoved } from './moved.ts';
export { requireRight } from './right.ts';
export { Turns } from './turns.ts';
export { RepoReader, RepoWriter } from './store.ts';
export {
  listSignInNeeded,
  optionUnavailable,
  secretsComeLater,
  repoMissing,
  visibilityContradicts,
} from './faults.ts';
export { Likes } from './likes.ts';
export { type Liked } from './like-store.ts';
export { Downloads, WINDOWS_TASK } from './downloads.ts';
