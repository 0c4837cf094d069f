// Refusals of the repository endpoints that no module makes.
import { defineFault } from '@holdfast/kernel/fault';

export const expandInvalid = defineFault(
  'invalid',
  'request.expand-invalid',
  (field: string) => `There is no field ${JSON.stringify(field)} to expand.`,
);
