// Where the agent makes sandboxes: a root from this machine's programs, a door's folder, and short ways to run something.
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type Readable } from 'node:stream';
import { type Exit } from '@holdfast/platform/process';
import {
  type RootPart,
  type RuntimeOptions,
  type Sandbox,
  type SandboxRuntime,
  type SandboxSpec,
  listHidden,
  openRuntime,
} from '../../src/sandbox/index.ts';
import { type AgentStart } from './machine.ts';

/** A place for sandboxes. */
export interface Place {
  readonly start: AgentStart;
  readonly options: RuntimeOptions;
  readonly runtime: SandboxRuntime;
  readonly root: readonly RootPart[];
  /** A fresh folder, open to everybody who finds it. */
  folder(): string;
}

const MIB = 1024 * 1024;

/** Lays a place out. */
export async function openPlace(start: AgentStart): Promise<Place> {
  const base = `${start.folder}/base`;
  makeBase(base);
  const options: RuntimeOptions = {
    runtime: start.runtime,
    places: ['/usr', `${start.folder}/base`, `${start.folder}/spaces`],
    dataFolder: start.folder,
    users: start.level === 'uids',
    cgroups: start.groups,
    dangerouslyUnlimited: start.groups === null,
  };
  mkdirSync(`${start.folder}/spaces`, { mode: 0o711 });
  return {
    start,
    options,
    runtime: openRuntime(options),
    root: rootOf(base),
    folder: () => {
      const path = `${start.folder}/spaces/${randomBytes(12).toString('hex')}`;
      mkdirSync(path);
      chmodSync(path, 0o755);
      return path;
    },
  };
}

const HASHES = 'root:hash:20000:0:99999:7:::\n';

// Programs are the machine's own, read-only; its /etc is not shown.
function makeBase(base: string): void {
  mkdirSync(`${base}/etc`, { recursive: true });
  for (const name of ['passwd', 'group', 'hosts', 'hostname', 'resolv.conf', 'nsswitch.conf'])
    writeFileSync(`${base}/etc/${name}`, '');
  // Readable, as they are for whom all files belong to.
  for (const name of ['shadow', 'shadow-', 'gshadow'])
    writeFileSync(`${base}/etc/${name}`, HASHES, { mode: 0o644 });
  // Elsewhere, as a package or an operator may have them: by a link to a file, and by one to a folder.
  mkdirSync(`${base}/etc/kept`);
  writeFileSync(`${base}/etc/kept/groups`, HASHES, { mode: 0o644 });
  // As Debian has it: nobody else's to open.
  writeFileSync(`${base}/etc/kept/opasswd`, HASHES, { mode: 0o600 });
  symlinkSync('/etc/../etc/kept/./groups', `${base}/etc/gshadow-`);
  symlinkSync('kept', `${base}/etc/security`);
  copyFileSync('/etc/ld.so.cache', `${base}/etc/ld.so.cache`);
  if (existsSync('/etc/alternatives'))
    cpSync('/etc/alternatives', `${base}/etc/alternatives`, { recursive: true, verbatimSymlinks: true });
}

function rootOf(base: string): RootPart[] {
  const links = ['bin', 'sbin', 'lib', 'lib32', 'lib64'].flatMap((name): RootPart[] => {
    const kind = lstatSync(`/${name}`, { throwIfNoEntry: false });
    return kind?.isSymbolicLink() === true ? [{ link: readlinkSync(`/${name}`), to: `/${name}` }] : [];
  });
  const etc = `${base}/etc`;
  return [{ from: '/usr', to: '/usr' }, ...links, { from: etc, to: '/etc' }, ...listHidden(base)];
}

/** A specification with what a test does not care about. */
export function specOf(place: Place, wish: Partial<SandboxSpec> & Pick<SandboxSpec, 'command'>): SandboxSpec {
  return {
    id: randomBytes(12).toString('hex'),
    hostname: 'space',
    root: place.root,
    mounts: [],
    door: wish.door ?? place.folder(),
    user: place.start.level === 'uids' ? 1000 + (randomBytes(2).readUInt16LE() % 5000) : null,
    descriptors: [],
    limits: {
      memoryBytes: 256 * MIB,
      cpus: 1,
      processes: 64,
      openFiles: 256,
      fileBytes: 1024 * MIB,
      homeBytes: 32 * MIB,
      tmpBytes: 16 * MIB,
      sharedMemoryBytes: 8 * MIB,
    },
    ...wish,
  };
}

/** What a finished program said. */
export interface Said extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

/** Waits for the end of a sandbox and for what it said. */
export async function hear(sandbox: Sandbox): Promise<Said> {
  const [stdout, stderr, exit] = await Promise.all([
    read(sandbox.output.stdout),
    read(sandbox.output.stderr),
    sandbox.exited,
  ]);
  return { ...exit, stdout, stderr };
}

/** Runs Python in a sandbox to its end. */
export async function python(place: Place, script: string, wish: Partial<SandboxSpec> = {}): Promise<Said> {
  const command = ['/usr/bin/python3', '-I', '-c', script];
  return await hear(await place.runtime.openSandbox(specOf(place, { ...wish, command })));
}

async function read(stream: Readable): Promise<string> {
  let text = '';
  try {
    for await (const chunk of stream) text += String(chunk);
  } catch {
    // Cut off with its sandbox.
  }
  return text;
}
