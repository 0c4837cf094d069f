// The refusals of `removals`.
import { defineFault } from '@holdfast/kernel/fault';

export const removalNotKept = defineFault('unavailable', 'removal.not-kept', (cause: unknown) => [
  'The database is away, and what you ask for could not be written down here either. Ask again when the database is back.',
  { cause },
]);
