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

/** The running instance said no, with the code of its refusal. */
export const refused = defineFault('conflict', 'admin.refused', (code: string, message: string) => {
  const hint = adviceOn(code);
  return [message, { ...(hint !== undefined && { hint }), details: { error: code } }];
});

/** What helps against a refusal, where its message does not say so itself. */
function adviceOn(code: string): string | undefined {
  if (code.endsWith('Missing')) return 'the `list` commands show what there is';
  if (code.endsWith('Invalid')) return '--help tells what the command takes';
  return code === 'InternalError'
    ? 'report it with the lines of the log that hold the request id'
    : undefined;
}
