// Refusals of whoever looks into the ledger.
import { defineFault } from '@holdfast/kernel/fault';

export const cursorRejected = defineFault(
  'invalid',
  'ledger.cursor-invalid',
  () => 'The cursor is not one that this hub gave out.',
);
