// Who gives the command, for the ledger: the socket proves the operating-system user, this adds the circumstances.
import { findLink } from '@holdfast/platform/private-files';
import { currentOperator } from '@holdfast/supervisor/current-operator';

/** Name of the header that carries it. */
export const OPERATOR_HEADER = 'x-holdfast-operator';

/** What is known of the person and what they typed. */
export interface OperatorClaim {
  readonly user: string;
  readonly terminal: string;
  readonly command: readonly string[];
}

/** The person at this terminal. `sudoUser` is who became root with sudo. */
export function readOperator(words: readonly string[], sudoUser: string | undefined): OperatorClaim {
  const { name } = currentOperator();
  return {
    user: sudoUser === undefined ? name : `${name} (sudo by ${sudoUser})`,
    terminal: process.stdin.isTTY ? (findLink('/proc/self/fd/0') ?? 'terminal') : '',
    command: words,
  };
}

/** The claim as a header: ASCII, cut to what the other side reads. */
export function operatorHeader(claim: OperatorClaim): string {
  const cut = {
    user: claim.user.slice(0, 64),
    terminal: claim.terminal.slice(0, 64),
    command: claim.command.slice(0, 50).map((word) => word.slice(0, 200)),
  };
  return JSON.stringify(cut).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
