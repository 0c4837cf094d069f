// The refusals of `spaces`.
import { defineFault } from '@holdfast/kernel/fault';

export const variableInvalid = defineFault(
  'invalid',
  'space.variable-invalid',
  (name: string, why: string) => `The variable ${JSON.stringify(name.slice(0, 200))} cannot be kept: ${why}.`,
);
export const variablesFull = defineFault(
  'invalid',
  'space.variables-full',
  (most: number) => `A Space has ${most} variables at most. Delete one first.`,
);
export const secretsUnavailable = defineFault(
  'invalid',
  'space.secrets-unavailable',
  () =>
    'This hub keeps no secrets of Spaces: it serves static ones, and everybody who opens one is sent all that it consists of.',
);
export const hardwareUnavailable = defineFault(
  'invalid',
  'space.hardware-unavailable',
  () =>
    'Spaces run on no hardware of this hub: it serves static ones, which the browser runs that opens them.',
);
