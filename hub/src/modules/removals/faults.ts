// The refusals of `removals`.
import { defineFault } from '@holdfast/kernel/fault';

export const rightsChanging = defineFault(
  'unavailable',
  'removal.rights-changing',
  () => 'What you may do is being changed, and the database was away. Ask again in a moment.',
);

export const removalNotKept = defineFault('unavailable', 'removal.not-kept', (cause: unknown) => [
  'The database is away, and what you ask for could not be written down here either. Ask again when the database is back.',
  { cause },
]);
