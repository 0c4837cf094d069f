// A command that runs within its confinement. Knows the pid of the program itself, which in a sandbox is not the pid
// of what we started.
import { type Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type Exit, type RunningProcess, listChildren, signalPid } from '@holdfast/platform/process';

/** A confined program that runs. */
export class ConfinedProcess {
  readonly #outer: RunningProcess;
  readonly #first: Promise<number | undefined> | undefined;

  /** `first` is the first process of the sandbox; absent when the program runs without one. */
  constructor(outer: RunningProcess, first: Promise<number | undefined> | undefined) {
    this.#outer = outer;
    this.#first = first;
  }

  /** Settles when the program has ended. */
  get exited(): Promise<Exit> {
    return this.#outer.exited;
  }

  /** Our end of descriptor n. */
  end(n: number): Duplex {
    return this.#outer.end(n);
  }

  /** What was started and all that it started. */
  family(): number[] {
    const { pid } = this.#outer;
    return pid === undefined ? [] : [pid, ...descendantsOf(pid)];
  }

  /** Signals the program itself; nothing happens once it has ended. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const pid = this.#first === undefined ? this.#outer.pid : await findProgramIn(this.#first);
    // The sandbox ends after the program does, so while it runs the number is not somebody else's.
    if (pid !== undefined && !this.#outer.ended) signalPid(pid, signal);
  }

  /** Ends the program and everything it started, at once. */
  kill(): void {
    if (this.#first === undefined) this.#outer.signal('SIGKILL');
    else void this.#killSandbox(this.#first);
  }

  // Bubblewrap takes its sandbox along, but not in the instant before it has tied the two together: so the sandbox's
  // first process goes as well, once it is known.
  async #killSandbox(first: Promise<number | undefined>): Promise<void> {
    const pid = await Promise.race([first, delay(PATIENCE, undefined, { ref: false })]);
    if (pid !== undefined && !this.#outer.ended) signalPid(pid, 'SIGKILL');
    this.#outer.signal('SIGKILL');
  }
}

function descendantsOf(pid: number): number[] {
  return listChildren(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

const PATIENCE = 1_000;

/** The program in a sandbox: the one child that its first process has. */
async function findProgramIn(first: Promise<number | undefined>): Promise<number | undefined> {
  const pid = await first;
  if (pid === undefined) return undefined;
  return listChildren(pid)[0];
}
