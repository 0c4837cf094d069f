// Whose turn at the processors comes first: where all are taken, who used little of late goes before who used much, so that neighbours of
// a program that wants every processor wait hardly longer than alone. Where none is short nobody feels it. Pure.

/** How a sandbox stands among others. */
export type Turn = 'usual' | 'behind';

/** So many processors, on average, until one stands behind; and so few until it does not any more. */
const MUCH = 0.3;
const LITTLE = 0.15;
/** What was used so long ago counts about a third of what is used now, in milliseconds. */
const MEMORY_MS = 3_000;

/** The turns of one sandbox, by what it used. */
export class Turns {
  #turn: Turn = 'usual';
  #average = 0;
  #last: { readonly cpuMs: number; readonly at: number };

  constructor(at: number) {
    this.#last = { cpuMs: 0, at };
  }

  /** Takes note of what it used since its start. Returns how it stands from now on, where that is new. */
  note(cpuMs: number, at: number): Turn | undefined {
    const passed = at - this.#last.at;
    if (passed <= 0) return undefined;
    // What is counted by its processes shrinks when one has ended.
    const used = Math.max(0, cpuMs - this.#last.cpuMs) / passed;
    this.#last = { cpuMs, at };
    this.#average += (used - this.#average) * (1 - Math.exp(-passed / MEMORY_MS));
    const turn = this.#average >= (this.#turn === 'usual' ? MUCH : LITTLE) ? 'behind' : 'usual';
    if (turn === this.#turn) return undefined;
    this.#turn = turn;
    return turn;
  }
}
