// The sockets of a run: what leads out of its sandbox, where visitors come to its door, and how its door reaches the app.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bindUnix, type BoundSocket } from '@holdfast/platform/listeners';
import { type Descriptor } from '@holdfast/platform/process';
import { type SandboxRuntime } from '../sandbox/index.ts';

/** Where they are bound. */
export interface SocketGround {
  readonly runtime: Pick<SandboxRuntime, 'handsOver'>;
  /** Folder of all runs. */
  readonly folder: string;
  /** Folder of the sockets that the hub connects to. */
  readonly visit: string;
}

/** The sockets, bound. */
export interface RunSockets {
  /** Folder of what the sandbox may connect to. */
  readonly out: string;
  /** Folder that the door sees. */
  readonly incoming: string;
  /** Where the door connects to the app; `null` where the app's connections wait for visitors. */
  readonly app: string | null;
  readonly visits: 'socket' | 'waiting';
  readonly forDoor: readonly Descriptor[];
  readonly forSandbox: readonly Descriptor[];
  /** Closes ours, once the children have them. */
  letGo(): void;
}

/** Binds them. Disposing of the stack removes what is left. */
export async function bindSockets(
  ground: SocketGround,
  id: string,
  stack: AsyncDisposableStack,
): Promise<RunSockets> {
  const folder = join(ground.folder, id);
  const [out, incoming] = [join(folder, 'out'), join(folder, 'in')];
  for (const path of [out, incoming]) await mkdir(path, { recursive: true, mode: 0o755 });
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const visit = join(ground.visit, `${id}.sock`);
  stack.defer(() => rm(visit, { force: true }));
  // Whoever sees the folders may connect: the door and the hub are other users than ours.
  const bind = (path: string): BoundSocket => stack.use(bindUnix(path, { mode: 0o666 }));
  const [door, visitors] = [bind(join(out, 'door.sock')), bind(visit)];
  // A sandbox that is handed nothing connects to its door and waits there: nobody connects to what it could replace.
  const { handsOver } = ground.runtime;
  const app = handsOver ? join(incoming, 'app.sock') : null;
  const visited = bind(app ?? join(out, 'visits.sock'));
  const ours = [door, visitors, visited];
  const forDoor = [door.handle, visitors.handle];
  return {
    ...{ out, incoming, app, visits: handsOver ? 'socket' : 'waiting' },
    forDoor: handsOver ? forDoor : [...forDoor, visited.handle],
    forSandbox: handsOver ? [visited.handle] : [],
    letGo: () => {
      for (const socket of ours) socket[Symbol.dispose]();
    },
  };
}
