// The face of `identity`.
export { Identity, type NewUser } from './identity.ts';
export { isNamespaceName, type Account, type Membership } from './model.ts';
export { AccountReader, type Member, type SignInRow } from './store.ts';
export { accountMissing, credentialsForbidden, proofNeeded } from './faults.ts';
export { randomPassword } from './password.ts';
export { Invitations, type SignUpPolicy } from './invitations.ts';
export { Newcomers } from './newcomers.ts';
export { Languages } from './languages.ts';
export { markSecondFactor, OrgPolicies } from './org-policies.ts';
export { Passwords, type Asker } from './passwords.ts';
export { isUnchanged } from './standing.ts';
export { accounts as identityAccounts } from './migrations/0001-accounts.ts';
export { signIn as identitySignIn } from './migrations/0002-sign-in.ts';
export { invitations as identityInvitations } from './migrations/0004-invitations.ts';
export { language as identityLanguage } from './migrations/0005-language.ts';
export { secondFactor as identitySecondFactor } from './migrations/0003-second-factor.ts';
