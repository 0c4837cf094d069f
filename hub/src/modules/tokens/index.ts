// The face of `tokens`.
export { Authentication, type Session } from './authentication.ts';
export { DEFAULT_EXPIRY_DAYS, Tokens, type IssuedToken, type NewToken } from './tokens.ts';
export { isTokenText, type LastUse, type Token } from './model.ts';
export { tokenMissing, tokenRejected, tokenScopeInvalid } from './faults.ts';
export { TokenReader } from './store.ts';
export { tokens as tokenTokens } from './migrations/0001-tokens.ts';
