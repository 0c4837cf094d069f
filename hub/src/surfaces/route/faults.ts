// Refusals that belong to HTTP itself.
import { defineFault } from '@holdfast/kernel/fault';

export const bodyTooLarge = defineFault(
  'too-large',
  'request.body-too-large',
  (limit: number) => `The request body is larger than the ${limit} bytes accepted here.`,
);
export const bodyMalformed = defineFault(
  'invalid',
  'request.body-malformed',
  (problem: string) => `The request body cannot be read: ${problem}.`,
);
export const bodyTooSlow = defineFault(
  'invalid',
  'request.body-too-slow',
  () => 'The request body arrived too slowly.',
);
export const hubBusy = defineFault(
  'unavailable',
  'request.busy',
  () => 'The hub is receiving as much as it can hold. Try again in a few seconds.',
);
export const inputInvalid = defineFault(
  'invalid',
  'request.invalid',
  (problem: string) => `The request is not valid: ${problem}`,
);
export const routeMissing = defineFault(
  'missing',
  'request.no-such-route',
  (method: string, path: string) => `There is nothing at ${method} ${path}.`,
);
export const hostRefused = defineFault(
  'misdirected',
  'request.host-refused',
  (host: string) =>
    `This hub does not answer for the host ${JSON.stringify(host)}. The operator sets its public address with HOLDFAST_URL.`,
);
export const pagesElsewhere = defineFault(
  'misdirected',
  'request.pages-elsewhere',
  (host: string) =>
    `Programs of Spaces call this hub as ${host}. It has no pages there: open them at the hub's own address.`,
);
export const signInNeeded = defineFault(
  'unauthenticated',
  'request.sign-in-needed',
  () =>
    'This call needs an access token, and none was sent. Whoever runs this hub makes one with `./holdfast admin token create`.',
);
export const rateLimited = defineFault(
  'limited',
  'request.rate-limited',
  (seconds: number) => `Too many requests. Try again in ${seconds} s.`,
);
export const operatorOnly = defineFault(
  'forbidden',
  'request.operator-only',
  () => 'Only the operator of this machine may do that.',
);
export const instanceSealed = defineFault(
  'unavailable',
  'instance.sealed',
  () => 'This hub was restored to an older state and serves nobody until its operator has looked at it.',
);
export const databaseAway = defineFault('unavailable', 'database.away', (cause: unknown) => [
  'The hub cannot reach its database at the moment. Try again in a few seconds.',
  { cause },
]);
