// The face of `tokens`.
export { AllTokens } from './all-tokens.ts';
export { type OwnedToken, type TokenCounts, type TokenFilter } from './all-tokens-store.ts';
export { Authentication, type Session } from './authentication.ts';
export { FoundTokens, REVOKE_FOUND_TASK } from './found-tokens.ts';
export { PushedTokens } from './pushed-tokens.ts';
export { listOfApplication, mintForApplication, revokeMinted, standingOf } from './application-tokens.ts';
export { Tokens, type NewToken } from './tokens.ts';
export { type IssuedToken } from './issue.ts';
export { DeviceLogins } from './device-logins.ts';
export { type LastUse, type Token } from './model.ts';
export { tokenMissing, tokenRejected } from './faults.ts';
export { OrgTokens, type OrgToken } from './org-tokens.ts';
export { type Reach } from './reach-model.ts';
export { writableOf, type Writable } from './writable.ts';
export { TokenUses } from './uses.ts';
export { TokenScopes, writeScopes } from './scopes.ts';
