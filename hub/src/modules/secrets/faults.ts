// The refusals of `secrets`.
import { defineFault } from '@holdfast/kernel/fault';
import { type VaultProblem } from './model.ts';

export const secretsStatic = defineFault(
  'invalid',
  'secret.static-space',
  () =>
    'A static Space has no secrets: it runs in the browser of whoever opens it, who would read them. What is no secret can be a variable.',
);
export const secretsForbidden = defineFault(
  'forbidden',
  'secret.overview-forbidden',
  () => 'Only administrators of this instance, signed in, may see which secrets all Spaces have.',
);
export const secretsNowhere = defineFault(
  'missing',
  'secret.no-such-space',
  (space: string) =>
    `There is no Space ${space}, and none was ever deleted that was called so. Name it as namespace/name, or by its id in the ledger.`,
);
const secretInvalid = defineFault(
  'invalid',
  'secret.invalid',
  (why: string) => `The secret cannot be kept: ${why}.`,
);
const secretMissing = defineFault('missing', 'secret.missing', () => 'The Space has no secret of this name.');
const secretsFull = defineFault(
  'invalid',
  'secret.too-many',
  (why: string) => `The secret cannot be kept: ${why}.`,
);
const secretNotOpened = defineFault(
  'invalid',
  'secret.not-opened',
  (why: string) => `The vault could not open what the page had sealed: ${why}.`,
);
const secretTaken = defineFault(
  'conflict',
  'secret.taken-before',
  (why: string) => `The secret was not set again: ${why}.`,
);
const vaultSealed = defineFault('unavailable', 'secret.vault-sealed', (why: string) => why);
const vaultFailed = defineFault(
  'unavailable',
  'secret.vault-failed',
  (why: string) => `The vault did not do it: ${why}. Try again.`,
);
const vaultGone = defineFault(
  'unavailable',
  'secret.no-vault',
  () =>
    'The vault, which keeps secrets, is not there. It is started again by itself; where it never is, `./holdfast doctor` says why.',
);
const vaultSilent = defineFault(
  'unavailable',
  'secret.vault-silent',
  () => 'The vault did not answer in time. It is not known whether it was done: do it again.',
);

const vaultUnsure = defineFault(
  'unavailable',
  'secret.vault-unsure',
  () =>
    'An error came between in the vault, whose log says which. It is not known whether it was done: do it again.',
);

const FAULTS: Readonly<Record<VaultProblem, (why: string) => Error>> = {
  invalid: secretInvalid,
  missing: secretMissing,
  'too-many': secretsFull,
  'not-opened': secretNotOpened,
  taken: secretTaken,
  sealed: vaultSealed,
  failed: vaultFailed,
  unsure: vaultUnsure,
  absent: vaultGone,
  gone: vaultGone,
  silent: vaultSilent,
};

/** The fault for what the vault did not do. What it says quotes no value. */
export function faultOf(problem: VaultProblem, why: string): Error {
  return FAULTS[problem](why);
}
