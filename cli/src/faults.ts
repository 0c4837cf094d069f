// Refusals of the command line.
import { defineFault } from '@holdfast/kernel/fault';

/** The words are no command, or not all of it. */
export const usageRejected = defineFault('invalid', 'usage.rejected', (why: string, hint: string) => [
  why,
  { hint },
]);

/** No instance answers on the data directory's socket. */
export const notRunning = defineFault(
  'unavailable',
  'instance.absent',
  (folder: string, why: string, hint: string) => [
    `no running Holdfast answers for ${folder}: ${why}`,
    { hint },
  ],
);

/** The running instance said no, with the code of its refusal. */
export const refused = defineFault('conflict', 'admin.refused', (code: string, message: string) => [
  message,
  { ...adviceOn(code), details: { error: code } },
]);

/** What helps against a refusal, where its message does not say so itself. */
function adviceOn(code: string): { hint?: string } {
  if (code.endsWith('Missing')) return { hint: 'the `list` commands show what there is' };
  if (code.endsWith('Invalid')) return { hint: '--help tells what the command takes' };
  if (code === 'InternalError')
    return { hint: 'report it with the lines of the log that hold the request id' };
  return {};
}

/** A file that is to be an export of the ledger, and is none. */
export const exportUnreadable = defineFault(
  'invalid',
  'ledger.export-unreadable',
  (file: string, why: string) => [
    `${file} cannot be read as an export of the ledger: ${why}`,
    { hint: 'write one with `./holdfast ledger export > FILE`' },
  ],
);

/** What is to be a time, and is none. */
export const timeUnreadable = defineFault('invalid', 'usage.time-unreadable', (text: string) => [
  `"${text}" is no time`,
  { hint: 'write it as 2026-11-25T12:00Z' },
]);

/** An export that the running instance could not bring to its end, with its words. */
export const exportStopped = defineFault(
  'unavailable',
  'ledger.export-stopped',
  ({
    code,
    message,
    hint,
  }: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string | undefined;
  }) => [message, { ...(hint !== undefined && { hint }), details: { error: code } }],
);

/** An answer that comes in parts ended before its end. */
export const cutOff = defineFault('unavailable', 'instance.cut-off', () => [
  'the running Holdfast ended its answer before it was done',
  { hint: 'see logs/hub.log in the data directory, and try again' },
]);
