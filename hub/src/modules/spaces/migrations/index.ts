// The migrations of this module, without the module: what migrates loads nothing else.
export { spaces as spaceSpaces } from './0001-spaces.ts';
export { running as spaceRunning } from './0002-running.ts';
export { secrets as spaceSecrets } from './0003-secrets.ts';
export { listed as spaceListed } from './0004-listed.ts';
export { startedRuns as spaceStartedRuns } from './0005-started-runs.ts';
export { takenBack as spaceTakenBack } from './0006-taken-back.ts';
export { passed as spacePassed } from './0007-passed.ts';
