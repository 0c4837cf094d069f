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
export const cursorRejected = defineFault(
  'invalid',
  'ledger.cursor-invalid',
  () => 'The cursor is not one that this hub gave out.',
);
