// The migrations of this module, without the module: what migrates loads nothing else.
export { accounts as identityAccounts } from './0001-accounts.ts';
export { signIn as identitySignIn } from './0002-sign-in.ts';
export { secondFactor as identitySecondFactor } from './0003-second-factor.ts';
export { invitations as identityInvitations } from './0004-invitations.ts';
export { language as identityLanguage } from './0005-language.ts';
export { organizations as identityOrganizations } from './0005-organizations.ts';
export { signUps as identitySignUps } from './0006-sign-ups.ts';
export { listed as identityListed } from './0007-listed.ts';
