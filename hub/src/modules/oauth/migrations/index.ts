// The migrations of this module, without the module: what migrates loads nothing else.
export { applications as oauthApplications } from './0001-applications.ts';
