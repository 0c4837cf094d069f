// The refusals of `sessions`.
import { defineFault, isFault } from '@holdfast/kernel/fault';

export const signInFailed = defineFault(
  'unauthenticated',
  'sign-in.failed',
  () => 'The name and the password do not belong together.',
);
export const signInElsewhere = defineFault(
  'forbidden',
  'sign-in.elsewhere',
  () => 'This hub is entered by single sign-on alone. Use that button.',
);
export const signInThrottled = defineFault(
  'limited',
  'sign-in.throttled',
  () =>
    'Too many tries in vain. Wait a quarter of an hour, or use a browser in which you have signed in before, or a passkey. In place of a code of the app, a recovery code is taken.',
);
export const proofFailed = defineFault(
  'forbidden',
  'session.proof-failed',
  () => 'That is not the password.',
);
export const halfMissing = defineFault(
  'unauthenticated',
  'sign-in.half-missing',
  () => 'The sign-in took longer than ten minutes, or began elsewhere. Begin again with the password.',
);
export const halfProofMissing = defineFault(
  'forbidden',
  'session.half-missing',
  () => 'The proof took longer than ten minutes, or began in another session. Begin again.',
);
export const codeWrong = defineFault(
  'forbidden',
  'second-factor.code-wrong',
  () =>
    'That code is not right, or was used before. Wait for the next one; see also whether the clock of the device is.',
);
export const factorPresent = defineFault(
  'conflict',
  'second-factor.present',
  () => 'There is a second factor already. Remove it before you set up another.',
);
export const factorMissing = defineFault(
  'missing',
  'second-factor.missing',
  () => 'No second factor is set up.',
);
const seedsSealed = defineFault(
  'unavailable',
  'second-factor.vault-sealed',
  () =>
    'Codes of second factors cannot be checked now: the vault is sealed. A recovery code or a passkey works.',
);
const seedsAway = defineFault(
  'unavailable',
  'second-factor.vault-away',
  () =>
    'Codes of second factors cannot be checked now: the vault does not answer. Try again; a recovery code or a passkey works.',
);
const seedsSilent = defineFault(
  'unavailable',
  'second-factor.vault-silent',
  () =>
    'The vault was asked about the code and did not say whether it is right. Try the next one; a recovery code or a passkey works.',
);

/** What the vault says, or is said of it, when it did not look at what it was asked. */
const UNASKED = new Set(['absent', 'away', 'failed', 'gone']);

const seedLost = defineFault(
  'conflict',
  'second-factor.lost',
  () =>
    'The key by which codes of your second factor are checked was lost. Sign in with a recovery code or a passkey, remove the second factor and set it up anew. Who has neither asks who runs this hub.',
);
/** The fault for what keeps the vault from making a seed or checking a code. */
export function seedFault(problem: string): Error {
  if (problem === 'sealed') return seedsSealed();
  if (problem === 'missing') return seedLost();
  if (problem === 'too-many') return signInThrottled();
  return UNASKED.has(problem) ? seedsAway() : seedsSilent();
}

/** Whether an error says that the vault did not look at a seed or a code at all. */
export function isUnasked(error: unknown): boolean {
  return [seedsSealed, seedsAway, seedLost].some(({ code }) => isFault(error, code));
}

export const sessionMissing = defineFault('missing', 'session.missing', () => 'There is no such session.');
export const passkeyRefused = defineFault('forbidden', 'passkey.refused', (cause?: unknown) => [
  'The passkey was not accepted. Open the page again and repeat what you did.',
  { cause },
]);
export const passkeyPresent = defineFault(
  'conflict',
  'passkey.present',
  () => 'This passkey is known already, or there are twenty. Remove one that you do not use.',
);
export const passkeyMissing = defineFault('missing', 'passkey.missing', () => 'There is no such passkey.');
