// Refusals of the repository endpoints that no module makes.
import { defineFault } from '@holdfast/kernel/fault';

export const expandInvalid = defineFault(
  'invalid',
  'request.expand-invalid',
  (field: string) => `There is no field ${JSON.stringify(field)} to expand.`,
);
export const idInvalid = defineFault(
  'invalid',
  'request.repo-id-invalid',
  (id: string) => `${JSON.stringify(id.slice(0, 200))} is not a repository id; it is namespace/name.`,
);
