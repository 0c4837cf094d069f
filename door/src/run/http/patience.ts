// How long a connection is waited for. Pure.
import type { Failure, Limits } from './policy.ts';

/** What a connection does, and for how long. */
export interface Waiting {
  readonly mode: 'http' | 'opening' | 'tunnel' | 'ending';
  /** Of the request under way, where there is one. */
  readonly exchange: { readonly answered: boolean; readonly sent: boolean } | undefined;
  /** Part of a head has come. */
  readonly begun: boolean;
  /** The client takes nothing, or is not read from. */
  readonly clientFull: boolean;
  readonly clientHeld: boolean;
  /** Milliseconds since anything moved, and since the head or the end began. */
  readonly still: number;
  readonly waited: number;
}

/** What becomes of it: said to the client, or ended without a word; `undefined` while it may go on. */
export function judgeWait(waiting: Waiting, limits: Limits): Failure | 'end' | undefined {
  const { mode, exchange, still, waited } = waiting;
  if (mode === 'tunnel') return still > limits.tunnelMs ? 'end' : undefined;
  if (mode === 'ending') return waited > limits.lingerMs ? 'end' : undefined;
  if (mode === 'opening') return undefined; // whoever opens has a limit of its own
  if (exchange === undefined) {
    if (waiting.begun) return waited > limits.headMs ? 408 : undefined;
    return still > limits.idleMs ? 'end' : undefined;
  }
  if (exchange.answered) return waiting.clientFull && still > limits.stallMs ? 'end' : undefined;
  if (exchange.sent) return still > limits.answerMs ? 504 : undefined;
  // A body that does not come is the client's fault, one that is not taken the other side's.
  if (still <= limits.stallMs) return undefined;
  return waiting.clientHeld ? 504 : 408;
}
