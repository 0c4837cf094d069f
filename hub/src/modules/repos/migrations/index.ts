// The migrations of this module, without the module: what migrates loads nothing else.
export { repositories as repoRepositories } from './0001-repositories.ts';
export { summaries as repoSummaries } from './0002-summary.ts';
export { narrowed as repoNarrowed } from './0003-narrowed.ts';
export { lists as repoLists } from './0004-lists.ts';
export { ordered as repoOrdered } from './0005-ordered.ts';
export { searchedByType as repoSearchedByType } from './0006-searched-by-type.ts';
export { pushers as repoPushers } from './0007-pushers.ts';
