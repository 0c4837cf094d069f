// The refusals of `identity`.
import { defineFault } from '@holdfast/kernel/fault';

export const accountMissing = defineFault(
  'missing',
  'account.missing',
  (name: string) => `There is no user or organization named ${JSON.stringify(name)}.`,
);
export const nameInvalid = defineFault(
  'invalid',
  'account.name-invalid',
  (name: string) =>
    `${JSON.stringify(name)} cannot be a name: use 1 to 96 letters, digits, "-", "_" or ".", starting and ending with a letter or digit, without "--" or "..", not ending in ".git".`,
);
export const fullnameInvalid = defineFault(
  'invalid',
  'account.fullname-invalid',
  () => 'A full name has at most 96 characters, and none that cannot be seen. Leave it empty to have none.',
);
export const nameReserved = defineFault(
  'conflict',
  'account.name-reserved',
  (name: string) => `The name ${JSON.stringify(name)} is reserved. Choose another.`,
);
export const nameTaken = defineFault(
  'conflict',
  'account.name-taken',
  (name: string) =>
    `The name ${JSON.stringify(name)} is taken, was once used, or looks like one that is. Choose another.`,
);
export const emailInvalid = defineFault(
  'invalid',
  'account.email-invalid',
  () => 'That is not an email address.',
);
export const emailTaken = defineFault(
  'conflict',
  'account.email-taken',
  () => 'Another account has that email address.',
);
export const accountsForbidden = defineFault(
  'forbidden',
  'account.forbidden',
  () => 'Only an administrator of this instance may manage accounts.',
);
export const lastAdministrator = defineFault(
  'conflict',
  'account.last-administrator',
  () => 'This is the only administrator. Make another one first: `./holdfast admin user promote NAME`.',
);
export const memberMissing = defineFault(
  'missing',
  'org.member-missing',
  (user: string, org: string) => `${user} is no member of ${org}.`,
);
export const passwordWeak = defineFault(
  'invalid',
  'account.password-weak',
  () =>
    'A password needs at least 12 characters and must not be, or consist of, the name or the mail address. Use a few words, or let a password manager make one.',
);
export const credentialsForbidden = defineFault(
  'forbidden',
  'account.credentials-forbidden',
  () => 'Only the user themselves, signed in, may do that.',
);
export const proofNeeded = defineFault(
  'forbidden',
  'account.proof-needed',
  () => 'Confirm first that it is you: the last time is longer ago than ten minutes.',
);
export const orgForbidden = defineFault(
  'forbidden',
  'org.forbidden',
  (org: string) => `Only who administers ${org}, signed in, may do that.`,
);
export const lastOwner = defineFault(
  'conflict',
  'org.last-owner',
  (org: string) =>
    `Nobody else administers ${org} who can sign in, and has a second factor where it asks for one. Give the organization to such a member first, or delete it.`,
);
export const lastFactor = defineFault(
  'conflict',
  'org.last-factor',
  (org: string) =>
    `Nobody would administer ${org} any more: it asks for a second factor, and nobody else who administers it has one. Have one of them set one up first, or let the organization be reached without.`,
);
export const policyInvalid = defineFault(
  'invalid',
  'org.policy-invalid',
  () => 'The longest life of a token is 1 to 3650 days.',
);
export const policyOwnFactor = defineFault(
  'conflict',
  'org.policy-own-factor',
  () => 'Set up a second factor of your own first: without one you would lock yourself out.',
);
export const invitationForbidden = defineFault(
  'forbidden',
  'invitation.forbidden',
  () => 'Only who administers this hub, or the organisation, may invite.',
);
export const invitationMissing = defineFault(
  'missing',
  'invitation.missing',
  () => 'There is no such invitation, or it was used, revoked or is too old. Ask for a new one.',
);
export const invitationOfMember = defineFault(
  'conflict',
  'invitation.of-member',
  () => 'You are a member of this organisation already. Who administers it can change your role.',
);
export const signUpClosed = defineFault(
  'forbidden',
  'account.sign-up-closed',
  () => 'This hub is for who was invited.',
);
export const signUpLimited = defineFault(
  'limited',
  'account.sign-up-limited',
  () => 'Too many sign-ups came from your address. Try again in an hour.',
);
export const passwordsBusy = defineFault(
  'unavailable',
  'account.passwords-busy',
  () =>
    'Too many people are signing in at this moment. Try again in a few seconds, or use a browser in which you have signed in before.',
);
