// The face of `identity`.
export { Identity, type NewUser } from './identity.ts';
export { isNamespaceName, type Account, type Membership } from './model.ts';
export { AccountReader, type Member, type SignInRow } from './store.ts';
export { accountMissing, credentialsForbidden, proofNeeded } from './faults.ts';
export { randomPassword } from './password.ts';
export { Passwords, type Asker } from './passwords.ts';
export { isUnchanged } from './standing.ts';
export { accounts as identityAccounts } from './migrations/0001-accounts.ts';
export { signIn as identitySignIn } from './migrations/0002-sign-in.ts';
