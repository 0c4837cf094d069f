// The face of `oauth`.
export { Applications, type Authorized } from './applications.ts';
export { Authorizations } from './authorizations.ts';
export { applicationMissing } from './faults.ts';
export { endRefreshTokens } from './code-store.ts';
export { Exchange, type Exchanged } from './exchange.ts';
export { IdTokens } from './id-tokens.ts';
export { SCOPES, type Scope } from './scopes.ts';
