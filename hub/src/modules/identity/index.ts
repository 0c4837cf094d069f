// The face of `identity`.
export { Identity, type NewUser } from './identity.ts';
export { endAccount, holdOwned, renameAccount } from './account-names.ts';
export { takeLostName } from './lost-names.ts';
export { getGoverned, holdGoverned } from './owners.ts';
export { PolicyReader } from './owner-store.ts';
export {
  isNamespaceName,
  isReservedName,
  type Account,
  type Membership,
  type OrgPolicy,
  type TokenPolicy,
} from './model.ts';
export { AccountReader, type Member, type SignInRow } from './store.ts';
export { accountMissing, credentialsForbidden, proofNeeded } from './faults.ts';
export { Everybody } from './everybody.ts';
export { type PeopleCounts, type PeopleFilter, type Person } from './everybody-store.ts';
export { OrgPeople } from './org-people.ts';
export { type OrgCounts, type OrgPerson } from './org-people-store.ts';
export { randomPassword } from './password.ts';
export { Invitations, type SignUpPolicy } from './invitations.ts';
export { endInvitations } from './invitation-store.ts';
export { SignUps, signUpText } from './sign-ups.ts';
export { Members, type MemberName } from './members.ts';
export { TakenRights } from './taken-rights.ts';
export { takenBody } from './taken-body.ts';
export { Newcomers } from './newcomers.ts';
export { changeMembership, holdMemberships, holdOrgs, pickFreeName } from './known-people.ts';
export { Languages } from './languages.ts';
export { OrgPolicies } from './org-policies.ts';
export { markSecondFactor, recordOwnerless, unmarkSecondFactor } from './ownerless.ts';
export { Passwords, type Asker } from './passwords.ts';
export { Profiles } from './profiles.ts';
export { holdAccount, isUnchanged } from './standing.ts';
