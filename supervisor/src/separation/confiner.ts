// Starts every child of this instance within its confinement, and can end all of them at once.
import { readFirstPid } from '@holdfast/platform/first-pid';
import { type Command, type Descriptor, PLAIN_ENVIRONMENT, startProcess } from '@holdfast/platform/process';
import { openForChild } from '@holdfast/platform/private-files';
import { type Confinement, type Mount } from './confinement.ts';
import { ConfinedProcess } from './confined-process.ts';
import { type Mechanism, confine, pathIn } from './mechanism.ts';
import { openGate } from './user-range.ts';

/** A command and what it finds on its descriptors, from 0 on. */
export interface ConfinedStart {
  readonly command: Command;
  readonly descriptors: readonly Descriptor[];
  /** Added to the constant environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The one way in which children start. */
export class Confiner {
  readonly mechanism: Mechanism;
  readonly #living = new Set<ConfinedProcess>();
  #closed = false;

  constructor(mechanism: Mechanism) {
    this.mechanism = mechanism;
  }

  /** Where a child finds what is mounted for it. */
  pathOf(mount: Mount): string {
    return pathIn(this.mechanism, mount);
  }

  /** Starts the command. Throws once `kill` was called. */
  start(confinement: Confinement, start: ConfinedStart): ConfinedProcess {
    if (this.#closed) throw new Error('everything is being ended; nothing is started any more');
    const infoFd = start.descriptors.length;
    const plan = { ...start.command, infoFd };
    const { command, tellsPid, filter, gated } = confine(this.mechanism, confinement, plan);
    using opened = filter === undefined ? undefined : openForChild(filter);
    const outer = startProcess(command, {
      descriptors: [
        ...start.descriptors,
        ...(tellsPid ? ['pipe' as const] : []),
        ...(opened === undefined ? [] : [opened.fd]),
        ...(gated ? ['pipe' as const] : []),
      ],
      // A terminal's Ctrl-C is for us: children are stopped in order.
      ownSession: true,
      env: { ...PLAIN_ENVIRONMENT, ...start.env },
    });
    const first = tellsPid ? readFirstPid(outer.end(infoFd)) : undefined;
    const child = new ConfinedProcess(outer, first);
    if (gated && first !== undefined && confinement.account !== undefined) {
      const gate = outer.end(infoFd + (opened === undefined ? 1 : 2));
      // One whose numbers the kernel does not take could do nothing.
      openGate(gate, first, confinement.account).catch(() => {
        child.kill();
      });
    }
    this.#living.add(child);
    const forget = (): void => {
      this.#living.delete(child);
    };
    child.exited.then(forget, forget);
    return child;
  }

  /** Ends every child at once and starts no other. */
  kill(): void {
    this.#closed = true;
    for (const child of this.#living) child.kill();
  }
}
