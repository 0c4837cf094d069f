// The refusals of `sessions`.
import { defineFault } from '@holdfast/kernel/fault';

export const signInFailed = defineFault(
  'unauthenticated',
  'sign-in.failed',
  () => 'The name and the password do not belong together.',
);
export const signInThrottled = defineFault(
  'limited',
  'sign-in.throttled',
  () =>
    'Too many tries in vain. Wait a quarter of an hour, or use a browser in which you have signed in before.',
);
export const proofFailed = defineFault(
  'forbidden',
  'session.proof-failed',
  () => 'That is not the password.',
);
export const sessionMissing = defineFault('missing', 'session.missing', () => 'There is no such session.');
