// The refusals of the routes about Spaces.
import { defineFault } from '@holdfast/kernel/fault';

export const followersFull = defineFault(
  'limited',
  'space.followers-full',
  () => 'Too many follow the logs of Spaces at the moment. Close one that is open, or come back later.',
);
