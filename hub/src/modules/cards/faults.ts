// The refusals of cards.
import { defineFault } from '@holdfast/kernel/fault';
import type { Notice } from './model.ts';

/** A README whose metadata cannot be accepted. Its details are what clients read: `errors` and `warnings`. */
export const cardInvalid = defineFault(
  'invalid',
  'card.invalid',
  (errors: readonly Notice[], warnings: readonly Notice[]) => [
    `Invalid metadata in README.md: ${errors.map(({ message }) => message).join('; ')}`,
    { details: { errors, warnings } },
  ],
);
