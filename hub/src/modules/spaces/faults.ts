// The refusals of `spaces`.
import { defineFault } from '@holdfast/kernel/fault';

export const trafficForbidden = defineFault(
  'forbidden',
  'space.traffic-forbidden',
  () => 'Only administrators of this instance, signed in, may see what goes through the doors of all Spaces.',
);
export const doorMissing = defineFault(
  'missing',
  'space.no-door',
  () => 'There is no such Space that runs a program.',
);
export const variableInvalid = defineFault(
  'invalid',
  'space.variable-invalid',
  (name: string, why: string) => `The variable ${JSON.stringify(name.slice(0, 200))} cannot be kept: ${why}.`,
);
export const variablesFull = defineFault(
  'invalid',
  'space.variables-full',
  (most: string) => `A Space has ${most} at most. Delete one first.`,
);
export const hardwareUnavailable = defineFault(
  'invalid',
  'space.hardware-unavailable',
  () =>
    'Spaces run on no hardware of this hub: it serves static ones, which the browser runs that opens them.',
);
export const hardwareUnknown = defineFault(
  'invalid',
  'space.hardware-unknown',
  (name: string, names: readonly string[]) =>
    `This hub has no hardware ${JSON.stringify(name.slice(0, 100))}. It has ${names.join(', ')}.`,
);
export const egressInvalid = defineFault(
  'invalid',
  'space.egress-invalid',
  (why: string) => `A Space cannot be let out like this: ${why}.`,
);
export const operatorOnly = defineFault(
  'forbidden',
  'space.operator-only',
  () => 'Only the operator pauses a Space past those who write to it.',
);
