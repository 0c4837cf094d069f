// The refusals of health checks.
import { defineFault } from '@holdfast/kernel/fault';

export const notReady = defineFault('unavailable', 'ops.not-ready', (cause: unknown) => [
  'The hub cannot reach its database.',
  { cause },
]);
