// Starts doors: each a process of its own, in a sandbox of its own, that ends with what it serves.
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { Channel } from '@holdfast/platform/channel';
import { type Log } from '@holdfast/platform/log';
import {
  findProgram,
  PLAIN_ENVIRONMENT,
  startProcess,
  type Descriptor,
  type Exit,
} from '@holdfast/platform/process';
import { sandboxFilter } from '../sandbox/system-calls.ts';
import { type Slots } from '../runs/slots.ts';
import { doorCommand, type DoorPlan } from './door-arguments.ts';

/** A door that runs. */
export interface Door {
  readonly channel: Channel;
  readonly exited: Promise<Exit>;
  /** Ends it at once. */
  kill(): void;
}

/** What is common to all doors. */
export interface DoorsOptions {
  readonly code: string;
  readonly node: string;
  readonly libraries: string | null;
  /** Numbers for their users; `null` where the runner is one user alone. */
  readonly users: { readonly first: number; readonly slots: Slots } | null;
  readonly log: Log;
}

/** One door. */
export interface DoorWish extends Pick<DoorPlan, 'kind' | 'mounts'> {
  /** What it finds on descriptors from 4 on. */
  readonly descriptors: readonly Descriptor[];
}

const SYSTEM_FOLDERS = ['/lib', '/lib32', '/lib64', '/libx32', '/bin', '/sbin'];

/** Starts doors. */
export class Doors {
  readonly #options: DoorsOptions;
  readonly #shared: Pick<DoorPlan, 'programs' | 'system'>;
  readonly #filter: Buffer;

  /** Throws an `Error` that names what is missing. */
  constructor(options: DoorsOptions) {
    this.#options = options;
    const [bubblewrap, setpriv] = [findProgram('bwrap'), findProgram('setpriv')];
    if (bubblewrap === undefined || setpriv === undefined)
      throw new Error('bubblewrap or setpriv is missing');
    const filter = sandboxFilter(process.arch);
    if (filter === undefined) throw new Error(`there is no list of system calls for ${process.arch}`);
    this.#filter = filter;
    this.#shared = { programs: { bubblewrap, setpriv }, system: readSystem() };
  }

  /** Starts one. */
  open(wish: DoorWish): Door {
    const { code, node, libraries, users, log } = this.#options;
    const slot = users?.slots.take();
    const user = users === null || slot === undefined ? null : users.first + slot.number;
    const filterFd = 4 + wish.descriptors.length;
    const [file = '', ...args] = doorCommand({
      ...this.#shared,
      ...{ node, code, libraries, user, filterFd },
      ...{ kind: wish.kind, mounts: wish.mounts },
    });
    const child = startProcess(
      { file, args },
      {
        descriptors: ['ignore', 'pipe', 'pipe', 'pipe', ...wish.descriptors, 'pipe'],
        env: PLAIN_ENVIRONMENT,
        ownSession: true,
      },
    );
    const pipe = child.end(filterFd);
    pipe.on('error', () => undefined); // it ended before it read; that it ended tells
    pipe.end(this.#filter);
    for (const n of [1, 2])
      child.end(n).on('data', (bytes: Buffer) => {
        log.warn({ said: bytes.toString('utf8').slice(0, 2_000) }, 'a door said something');
      });
    const exited = child.exited.finally(() => slot?.[Symbol.dispose]());
    exited.catch(() => undefined); // whoever waits for it hears
    return {
      channel: new Channel(child.end(3)),
      exited,
      kill: () => {
        child.signal('SIGKILL');
      },
    };
  }
}

function readSystem(): (readonly [string, string | undefined])[] {
  return SYSTEM_FOLDERS.filter((path) => existsSync(path)).map((path) => [
    path,
    lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined,
  ]);
}
