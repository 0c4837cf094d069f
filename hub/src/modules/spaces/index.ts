// The face of `spaces`.
export { hardwareUnavailable, secretsUnavailable } from './faults.ts';
export { spaces as spaceSpaces } from './migrations/0001-spaces.ts';
export { type Runtime, type Variable, type VariableWish } from './model.ts';
export { Spaces, type ServedSpace } from './spaces.ts';
export { isLabel } from './label.ts';
