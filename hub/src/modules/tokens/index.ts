// The face of `tokens`.
export { Authentication, type Session } from './authentication.ts';
export { FoundTokens, REVOKE_FOUND_TASK } from './found-tokens.ts';
export { Tokens, type IssuedToken, type NewToken } from './tokens.ts';
export { type LastUse, type Token } from './model.ts';
export { tokenMissing, tokenRejected } from './faults.ts';
export { tokens as tokenTokens } from './migrations/0001-tokens.ts';
export { TokenScopes } from './scopes.ts';
