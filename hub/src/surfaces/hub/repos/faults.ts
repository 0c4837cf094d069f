// Refusals of the repository endpoints that no module makes.
import { defineFault } from '@holdfast/kernel/fault';

export const expandInvalid = defineFault(
  'invalid',
  'request.expand-invalid',
  (field: string) => `There is no field ${JSON.stringify(field)} to expand.`,
);

export const appUnknown = defineFault(
  'invalid',
  'request.app-unknown',
  (app: string) =>
    `${JSON.stringify(app)} is not a local app that this hub knows: ask by tags (\`filter\`) instead.`,
);
