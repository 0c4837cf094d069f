// What keeps the base from being there.
import { defineFault } from '@holdfast/kernel/fault';

/** The Debian root could not be made. */
export const baseFailed = defineFault(
  'unavailable',
  'base.failed',
  (why: string) =>
    `The Debian root in which apps are built and run could not be made: ${why}. See that the mirror answers (spaces.mirror in the configuration file); it is tried again when a Space is built.`,
);
