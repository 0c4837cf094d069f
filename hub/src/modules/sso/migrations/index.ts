// The migrations of this module, without the module: what migrates loads nothing else.
export { links as ssoLinks } from './0001-links.ts';
export { undone as ssoUndone } from './0002-undone.ts';
export { sealed as ssoSealed } from './0003-sealed.ts';
export { removed as ssoRemoved } from './0004-removed.ts';
