// The face of `identity`.
export { Identity, type NewUser } from './identity.ts';
export { isNamespaceName, type Account, type Membership } from './model.ts';
export { AccountReader, type Member } from './store.ts';
export { accountMissing } from './faults.ts';
export { randomPassword } from './password.ts';
export { accounts as identityAccounts } from './migrations/0001-accounts.ts';
