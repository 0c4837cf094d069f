// The refusals of `sso`.
import { defineFault } from '@holdfast/kernel/fault';

export const ssoUnreachable = defineFault(
  'unavailable',
  'sso.unreachable',
  () => 'The server for single sign-on does not answer. Try again in a moment.',
);
export const ssoDenied = defineFault(
  'forbidden',
  'sso.denied',
  () => 'The sign-on was called off, or the server for single sign-on does not let you in here.',
);
export const ssoInvalid = defineFault(
  'forbidden',
  'sso.invalid',
  () => 'What came back from the server for single sign-on does not hold. Begin again.',
);
export const ssoOver = defineFault(
  'forbidden',
  'sso.over',
  () =>
    'The sign-on took longer than ten minutes, was used before, or began in another browser. Begin again.',
);
export const ssoNotInvited = defineFault(
  'forbidden',
  'sso.not-invited',
  () =>
    'No account here is yours yet. Open your invitation and join with it, or sign in with your password and connect single sign-on under “Account”.',
);
export const ssoEmailTaken = defineFault(
  'conflict',
  'sso.email-taken',
  () =>
    'An account here has your email address. If it is yours, sign in with its password and connect single sign-on under “Account”.',
);
export const ssoEmailMissing = defineFault(
  'forbidden',
  'sso.email-missing',
  () => 'The server for single sign-on does not say your email address, and an account needs one.',
);
export const ssoTaken = defineFault(
  'conflict',
  'sso.taken',
  () => 'This sign-on belongs to another account, or your account has another one.',
);
export const ssoOnlyWay = defineFault(
  'conflict',
  'sso.only-way',
  () =>
    'Without single sign-on you could not sign in any more. Set a password or add a passkey first; where people come by single sign-on alone, ask the operator.',
);
export const ssoUnconnected = defineFault(
  'missing',
  'sso.unconnected',
  () => 'This account is not connected to single sign-on.',
);
export const ssoOther = defineFault(
  'forbidden',
  'sso.other',
  () => 'You signed on as somebody else than who is signed in here.',
);
