// Starts the door of a build: a process with the network, its own code and the folder of fetched files, and nothing else. The
// sandbox finds its socket in a folder of its own.
import { chmod, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BuildDoorStart, FromBuildDoor } from '@holdfast/door/build/frames';
import { Channel } from '@holdfast/platform/channel';
import { bindUnix } from '@holdfast/platform/listeners';
import { exists, findLink } from '@holdfast/platform/private-files';
import { findProgram, startProcess } from '@holdfast/platform/process';

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
export type OpenDoor = AsyncDisposable;

const HOLDFAST = '/opt/holdfast';
const CODE_FOLDERS = ['kernel', 'platform', 'door', 'node_modules', 'package.json'];
const SYSTEM = ['/lib', '/lib64', '/bin', '/sbin'];
const NETWORK = [
  '/etc/resolv.conf',
  '/etc/hosts',
  '/etc/nsswitch.conf',
  '/etc/ssl',
  '/etc/pki/tls',
  '/etc/ld.so.cache',
];
const CACHE = '/var/cache/holdfast';
const AUTHORITIES = '/etc/holdfast/certificates.pem';

/** Starts one; settles once it serves. */
export async function openDoor(wish: DoorWish): Promise<OpenDoor> {
  const sandbox = findProgram('bwrap');
  if (sandbox === undefined) throw new Error('the program bwrap (Debian package bubblewrap) is missing');
  const { settings } = wish;
  for (const folder of [wish.folder, settings.cache]) await mkdir(folder, { recursive: true, mode: 0o755 });
  using socket = bindUnix(join(wish.folder, 'door.sock'));
  // Who builds may be another user. The folder lies where nobody but us and the sandbox can look.
  await chmod(join(wish.folder, 'door.sock'), 0o666);
  const child = startProcess(
    { file: sandbox, args: doorArguments(wish) },
    {
      descriptors: ['ignore', 'ignore', 'inherit', 'pipe', socket.handle],
      ...(wish.code.libraries === null ? {} : { env: { LD_LIBRARY_PATH: `${HOLDFAST}/lib` } }),
      ownSession: true,
    },
  );
  const channel = new Channel(child.end(3));
  const end = async (): Promise<void> => {
    child.signal('SIGKILL');
    await child.exited.catch(() => undefined);
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
  const authorities = settings.authorities === null ? null : AUTHORITIES;
  channel.send({ type: 'start', ...settings, cache: CACHE, authorities } satisfies BuildDoorStart);
  try {
    await ready.promise;
  } catch (error) {
    await end();
    throw error;
  }
  return { [Symbol.asyncDispose]: end };
}

function doorArguments({ code, settings }: DoorWish): string[] {
  const show = (from: string, to: string): string[] => ['--ro-bind', from, to];
  return [
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup'],
    ...['--die-with-parent', '--new-session', '--hostname', 'holdfast', '--cap-drop', 'ALL'],
    ...show('/usr', '/usr'),
    ...SYSTEM.flatMap((path) => {
      const link = findLink(path);
      if (link !== undefined) return ['--symlink', link, path];
      return exists(path) ? show(path, path) : [];
    }),
    ...['--proc', '/proc', '--dev', '/dev', '--size', String(16 * 1024 * 1024), '--tmpfs', '/tmp'],
    ...NETWORK.flatMap((path) => ['--ro-bind-try', path, path]),
    ...CODE_FOLDERS.flatMap((name) => show(join(code.root, name), `${HOLDFAST}/${name}`)),
    ...show(code.node, `${HOLDFAST}/bin/node`),
    ...(code.libraries === null ? [] : show(code.libraries, `${HOLDFAST}/lib`)),
    ...(settings.authorities === null
      ? []
      : ['--dir', dirname(AUTHORITIES), ...show(settings.authorities, AUTHORITIES)]),
    ...['--bind', settings.cache, CACHE, '--remount-ro', '/', '--chdir', '/', '--'],
    ...[`${HOLDFAST}/bin/node`, '--disable-sigusr1', `${HOLDFAST}/door/src/build/main.ts`],
  ];
}
