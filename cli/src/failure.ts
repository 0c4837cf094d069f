// What a person reads when a command fails, and the exit code that a script reads.
import { Fault } from '@holdfast/kernel/fault';
import { presentFault } from '@holdfast/supervisor/faults';

/** Exit codes: what went wrong, in classes. */
export const EXIT = {
  done: 0,
  /** Refused, or failed while doing it. */
  failed: 1,
  /** The words or settings cannot be used. */
  usage: 2,
  /** What is needed is not there or not running. */
  unavailable: 3,
  /** A bug: something nobody expected. */
  bug: 70,
} as const;

/** Text for standard error, and the exit code. */
export interface Failure {
  readonly text: string;
  readonly exitCode: number;
}

/** A refusal in words; anything else with its stack, because it is a bug to report. */
export function presentFailure(error: unknown, json: boolean): Failure {
  if (error instanceof Fault) {
    const text = json
      ? JSON.stringify({ error: error.code, message: error.message, hint: error.hint, ...error.details })
      : `Error: ${presentFault(error)}`;
    return { text, exitCode: exitCodeOf(error) };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = error instanceof Error ? error.message : String(error);
  const text = json
    ? JSON.stringify({ error: 'bug', message, stack })
    : `Error: something went wrong that Holdfast did not expect: ${message}\nWhat to do: report it with the lines below.\n${stack}`;
  return { text, exitCode: EXIT.bug };
}

function exitCodeOf(fault: Fault): number {
  if (fault.kind === 'invalid') return EXIT.usage;
  return fault.kind === 'unavailable' ? EXIT.unavailable : EXIT.failed;
}
