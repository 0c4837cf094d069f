// The migrations of this module, without the module: what migrates loads nothing else.
export { upkeepEntries } from './0001-entries.ts';
export { upkeepQuotas } from './0002-quotas.ts';
export { upkeepScrub } from './0003-scrub.ts';
export { upkeepGitObjects } from './0004-git-objects.ts';
