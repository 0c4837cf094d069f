// The face of `tokens`.
export { Authentication, type Session } from './authentication.ts';
export { FoundTokens, REVOKE_FOUND_TASK } from './found-tokens.ts';
export { Tokens, type NewToken } from './tokens.ts';
export { type IssuedToken } from './issue.ts';
export { DeviceLogins } from './device-logins.ts';
export { deviceLogins as tokenDeviceLogins } from './migrations/0002-device-logins.ts';
export { networks as tokenNetworks } from './migrations/0005-networks.ts';
export { type LastUse, type Token } from './model.ts';
export { tokenMissing, tokenRejected } from './faults.ts';
export { OrgTokens, type OrgToken } from './org-tokens.ts';
export { type Reach } from './reach-model.ts';
export { reach as tokenReach } from './migrations/0005-reach.ts';
export { TokenUses } from './uses.ts';
export { uses as tokenUses } from './migrations/0004-uses.ts';
export { addresses as tokenAddresses } from './migrations/0003-addresses.ts';
export { tokens as tokenTokens } from './migrations/0001-tokens.ts';
export { TokenScopes, writeScopes } from './scopes.ts';
