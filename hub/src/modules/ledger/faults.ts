// Refusals of whoever looks into the ledger.
import { defineFault } from '@holdfast/kernel/fault';

export const ledgerForbidden = defineFault(
  'forbidden',
  'ledger.forbidden',
  () => 'Only administrators of this instance, signed in, may look into the ledger.',
);
export const entryMissing = defineFault(
  'missing',
  'ledger.entry-missing',
  () => 'The ledger has no such entry, or it was cut off since.',
);
export const proofWithheld = defineFault(
  'forbidden',
  'ledger.proof-withheld',
  () =>
    'The proof of this entry holds what is not shown of it: through what somebody came, a personal value, or how the vault counts. ' +
    'Who administers the instance can prove it.',
);
export const cursorRejected = defineFault(
  'invalid',
  'ledger.cursor-invalid',
  () => 'The cursor is not one that this hub gave out.',
);
