// Starts the door of a build: a process with the network, its own code and the folder of fetched files, and nothing else. The
// sandbox finds its socket in a folder of its own.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildDoorStart, FromBuildDoor } from '@holdfast/door/build/frames';
import { bindUnix, type BoundSocket } from '@holdfast/platform/listeners';
import { startDoor, type Door } from '../doors/start-door.ts';

/** Where our own program lies. */
export interface Code {
  /** The folder of the workspaces. */
  readonly root: string;
  readonly node: string;
  /** A folder with libraries that Node needs and the system does not have. */
  readonly libraries: string | null;
}

/** What a door is started with. */
export interface DoorWish {
  readonly code: Code;
  /** Made for the socket, which is called `door.sock`. */
  readonly folder: string;
  readonly settings: Omit<BuildDoorStart, 'type'>;
  /** Told what was refused. */
  readonly onRefused: (what: string, why: string) => void;
}

/** A door that serves. Disposing of it ends the process. */
export interface OpenDoor extends AsyncDisposable {
  /** Settles when its process has ended, whoever ended it. */
  readonly ended: Promise<void>;
}

function start(wish: DoorWish, socket: BoundSocket): Door {
  const { root: code, node, libraries } = wish.code;
  const { authorities, cache } = wish.settings;
  return startDoor(
    // It is there for minutes: how soon it begins does not matter.
    { code, node, libraries, codeCache: null },
    {
      kind: 'build',
      // All builds share what was fetched, so that all their doors are one user.
      user: null,
      mounts: [
        { path: cache, access: 'write' },
        ...(authorities === null ? [] : [{ path: authorities, access: 'read' } as const]),
      ],
      descriptors: [socket.handle],
      said: (text) => wish.onRefused('the door', text),
    },
  );
}

/** Starts one; settles once it serves. */
export async function openDoor(wish: DoorWish): Promise<OpenDoor> {
  const { settings } = wish;
  for (const folder of [wish.folder, settings.cache]) await mkdir(folder, { recursive: true, mode: 0o755 });
  // Who builds may be another user. The folder lies where nobody but us and the sandbox can look.
  using socket = bindUnix(join(wish.folder, 'door.sock'), { mode: 0o666 });
  const door = start(wish, socket);
  const { channel } = door;
  const end = async (): Promise<void> => {
    door.kill();
    await door.exited.catch(() => undefined);
    await channel[Symbol.asyncDispose]();
  };
  const ready = Promise.withResolvers<undefined>();
  channel.onFrame((frame) => {
    const told = FromBuildDoor.safeParse(frame);
    if (!told.success) ready.reject(new Error('the door of the build says what no door says'));
    else if (told.data.type === 'ready') ready.resolve(undefined);
    else wish.onRefused(told.data.what, told.data.why);
  });
  void channel.closed.then(() => ready.reject(new Error('the door of the build could not be opened')));
  channel.send({ type: 'start', ...settings } satisfies BuildDoorStart);
  try {
    await ready.promise;
  } catch (error) {
    await end();
    throw error;
  }
  const gone = (): void => undefined;
  return { ended: door.exited.then(gone, gone), [Symbol.asyncDispose]: end };
}
