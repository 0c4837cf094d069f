// Starts a door: a process of its own, in a sandbox of its own.
import { Channel } from '@holdfast/platform/channel';
import {
  findProgram,
  PLAIN_ENVIRONMENT,
  startProcess,
  type Descriptor,
  type Exit,
} from '@holdfast/platform/process';
import { sandboxFilter } from '../sandbox/system-calls.ts';
import { doorCommand, type DoorPlan } from './door-arguments.ts';
import { readSystem } from './system.ts';

/** A door that runs. */
export interface Door {
  readonly channel: Channel;
  readonly exited: Promise<Exit>;
  /** Ends it at once. */
  kill(): void;
}

/** What is common to all doors. */
export type DoorGround = Pick<DoorPlan, 'code' | 'node' | 'libraries' | 'codeCache'>;

/** One door. */
export interface DoorWish extends Pick<DoorPlan, 'kind' | 'mounts' | 'user'> {
  /** What it finds on descriptors from 4 on. */
  readonly descriptors: readonly Descriptor[];
  /** Told what it prints, which is nothing unless something is wrong. */
  readonly said: (text: string) => void;
}

const LONGEST_WORDS = 2_000;

/** Starts it. Throws an `Error` that names what is missing. */
export function startDoor(ground: DoorGround, wish: DoorWish): Door {
  const [bubblewrap, setpriv] = [findProgram('bwrap'), findProgram('setpriv')];
  if (bubblewrap === undefined || setpriv === undefined)
    throw new Error('the program bwrap (Debian package bubblewrap) or setpriv (util-linux) is missing');
  const filter = sandboxFilter(process.arch);
  if (filter === undefined) throw new Error(`there is no list of system calls for ${process.arch}`);
  const { kind, mounts, user, descriptors, said } = wish;
  const filterFd = 4 + descriptors.length;
  const [file = '', ...args] = doorCommand({
    ...ground,
    ...{ programs: { bubblewrap, setpriv }, system: readSystem(), kind, mounts, user, filterFd },
  });
  const child = startProcess(
    { file, args },
    {
      descriptors: ['ignore', 'pipe', 'pipe', 'pipe', ...descriptors, 'pipe'],
      env: PLAIN_ENVIRONMENT,
      ownSession: true,
    },
  );
  const pipe = child.end(filterFd);
  pipe.on('error', () => undefined); // it ended before it read; that it ended tells
  pipe.end(filter);
  for (const n of [1, 2])
    child.end(n).on('data', (bytes: Buffer) => {
      said(bytes.toString('utf8').slice(0, LONGEST_WORDS));
    });
  return {
    channel: new Channel(child.end(3)),
    exited: child.exited,
    kill: () => {
      child.signal('SIGKILL');
    },
  };
}
