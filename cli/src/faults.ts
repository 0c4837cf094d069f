// Refusals of the command line.
import { defineFault } from '@holdfast/kernel/fault';

/** The words are no command, or not all of it. */
export const usageRejected = defineFault('invalid', 'usage.rejected', (why: string, hint: string) => [
  why,
  { hint },
]);

/** No instance answers on the data directory's socket. */
export const notRunning = defineFault('unavailable', 'instance.absent', (folder: string, why: string) => [
  `no running Holdfast answers for ${folder}: ${why}`,
  { hint: 'start it with `./holdfast start`, or name its data directory with HOLDFAST_DATA' },
]);

/** The running instance said no. */
export const refused = defineFault('conflict', 'admin.refused', (code: string, message: string) => [
  message,
  {
    hint: 'the `list` commands show what there is, and --help what a command takes',
    details: { error: code },
  },
]);
