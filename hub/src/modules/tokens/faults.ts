// The refusals of `tokens`.
import { defineFault } from '@holdfast/kernel/fault';

export const tokenRejected = defineFault(
  'unauthenticated',
  'token.rejected',
  () => 'Invalid credentials in Authorization header',
);
export const tokenMissing = defineFault(
  'missing',
  'token.missing',
  (id: string) => `There is no token ${id}.`,
);
export const tokenForbidden = defineFault(
  'forbidden',
  'token.forbidden',
  () => 'This token is not yours to manage.',
);
export const tokenReasonInvalid = defineFault(
  'invalid',
  'token.reason-invalid',
  () => 'A reason has 500 characters at most.',
);
export const tokenNameInvalid = defineFault(
  'invalid',
  'token.name-invalid',
  () => 'A token needs a name of 1 to 96 characters without control characters.',
);
export const tokenExpiryInvalid = defineFault(
  'invalid',
  'token.expiry-invalid',
  () => 'A token expires after 1 to 3650 days.',
);
export const tokenAddressesInvalid = defineFault(
  'invalid',
  'token.addresses-invalid',
  (text: string) =>
    `${JSON.stringify(text)} is no network. Write up to 50 addresses or networks, such as 192.0.2.0/24 or 2001:db8::/32.`,
);
export const tokenAddressRefused = defineFault(
  'forbidden',
  'token.address-refused',
  (address: string) =>
    `This token is not accepted from the address ${address}. Call from one of its networks, or make another token.`,
);
export const tokenScopeInvalid = defineFault(
  'invalid',
  'token.scope-invalid',
  (problem: string) => `This scope cannot be granted: ${problem}`,
);
export const deviceLoginMissing = defineFault(
  'missing',
  'device.missing',
  () =>
    'No program waits under that code. See whether you typed it right; it is good for a quarter of an hour.',
);
export const deviceLoginsFull = defineFault(
  'limited',
  'device.full',
  () => 'Too many programs wait to be let in. Try again in a quarter of an hour.',
);
