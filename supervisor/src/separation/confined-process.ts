// A command that runs within its confinement. Knows the pid of the program itself, which in a sandbox is not the pid
// of what we started.
import { type Duplex, type Readable } from 'node:stream';
import { type Exit, type RunningProcess, signalPid } from '@holdfast/platform/process';

/** A confined program that runs. */
export class ConfinedProcess {
  readonly #outer: RunningProcess;
  readonly #inner: Promise<number | undefined>;

  constructor(outer: RunningProcess, inner: Promise<number | undefined>) {
    this.#outer = outer;
    this.#inner = inner;
  }

  /** Settles when the program has ended. */
  get exited(): Promise<Exit> {
    return this.#outer.exited;
  }

  /** Our end of descriptor n. */
  end(n: number): Duplex {
    return this.#outer.end(n);
  }

  /** The program's pid as this process sees it; `undefined` when it never started. */
  async pid(): Promise<number | undefined> {
    return await this.#inner;
  }

  /** Signals the program itself; nothing happens once it has ended. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const pid = await this.#inner;
    // The sandbox ends after the program does, so while it runs the number cannot be somebody else's.
    if (pid !== undefined && !this.#outer.ended) signalPid(pid, signal);
  }

  /** Ends the program and everything it started, at once. */
  kill(): void {
    this.#outer.signal('SIGKILL');
  }
}

const LONGEST_ANSWER = 4096;

/** The pid in what bubblewrap tells on its information descriptor; `undefined` when it ended before it could. */
export async function readPid(stream: Readable): Promise<number | undefined> {
  let text = '';
  try {
    for await (const chunk of stream) {
      text += String(chunk);
      if (text.length > LONGEST_ANSWER) return undefined;
    }
    const answer = JSON.parse(text) as { readonly 'child-pid'?: unknown };
    const pid = answer['child-pid'];
    return typeof pid === 'number' ? pid : undefined;
  } catch {
    return undefined;
  }
}
