// Who gives a command. Apart from what a start settles, of which a command that asks a running instance needs nothing.
import { userInfo } from 'node:os';
import type { Operator } from './settings.ts';

/** The person whose command this is. */
export function currentOperator(): Operator {
  const uid = process.getuid?.() ?? 0;
  try {
    return { name: userInfo().username, uid };
  } catch {
    return { name: `uid ${String(uid)}`, uid }; // a user without an entry, as in some containers
  }
}
