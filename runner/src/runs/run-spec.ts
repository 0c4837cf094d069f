// What a run is made of: its sandbox, what its door is told, and what the program inside. Pure.
import { type DoorStart } from '@holdfast/door/run/frames';
import { type InsideStart } from '@holdfast/inside/frames';
import { GiB, MiB } from '@holdfast/kernel/size';
import { type Want } from '../frames.ts';
import { CODE_CACHE, type SandboxLimits, type SandboxSpec } from '../sandbox/index.ts';
import { APP_FOLDER, commandOf, environmentOf, SOURCE } from './environment.ts';
import { type RunSockets } from './run-sockets.ts';
import { type CodeCache } from '../code-cache.ts';
import { type RunPlan } from './run.ts';

const INSIDE = '/opt/holdfast';

/** The program inside, as the runner sees it, and Node. */
export interface InsideProgram {
  /** The folder that our workspaces lie in. */
  readonly code: string;
  readonly node: string;
  readonly codeCache: Pick<CodeCache, 'find'>;
  /** Descriptors that a process of a sandbox may have; no more than the runner itself. */
  readonly openFiles: number;
}

/** What the door of this Space is told beside what is the same for all. */
export function doorSettings({ egress, host }: Want): Pick<DoorStart, 'egress' | 'ports' | 'spaceHost'> {
  return { egress, ports: [80, 443], spaceHost: host };
}

/** Its sandbox. */
export function specOf(
  inside: InsideProgram,
  { id, want, root, mounts, user }: RunPlan,
  { out, forSandbox }: Pick<RunSockets, 'out' | 'forSandbox'>,
): SandboxSpec {
  return {
    id,
    hostname: 'space',
    root,
    mounts: [...mounts, ...programMounts(inside), ...cacheMounts(inside)],
    door: out,
    user,
    command: insideCommand(),
    descriptors: forSandbox,
    limits: limitsOf(want, inside),
  };
}

/** The program inside, as it is started there. */
export function insideCommand(): readonly string[] {
  return [
    `${INSIDE}/node`,
    '--disable-sigusr1',
    '--max-old-space-size=64',
    '--max-semi-space-size=1',
    `${INSIDE}/inside/src/main.ts`,
  ];
}

/** What the program inside needs. */
export function programMounts({ code, node }: Pick<InsideProgram, 'code' | 'node'>): SandboxSpec['mounts'] {
  return [
    { from: node, to: `${INSIDE}/node`, access: 'read' },
    { from: `${code}/inside`, to: `${INSIDE}/inside`, access: 'read' },
  ];
}

function cacheMounts({ codeCache }: InsideProgram): SandboxSpec['mounts'] {
  const from = codeCache.find('inside');
  return from === null ? [] : [{ from, to: CODE_CACHE, access: 'read' }];
}

/** The bounds of an app beside processors and memory. A folder in memory counts as memory, too. */
function limitsOf(
  { hardware: { cpus, memoryBytes, processes } }: Want,
  inside: InsideProgram,
): SandboxLimits {
  return {
    cpus,
    memoryBytes,
    processes,
    openFiles: inside.openFiles,
    fileBytes: 10 * GiB,
    homeBytes: Math.floor(memoryBytes / 2),
    tmpBytes: Math.floor(memoryBytes / 2),
    sharedMemoryBytes: Math.min(Math.floor(memoryBytes / 2), 2 * GiB, Math.max(64 * MiB, memoryBytes / 8)),
  };
}

/** What the program inside is told. */
export function insideStart(want: Want, how: Pick<InsideStart, 'secrets' | 'visits'>): InsideStart {
  return {
    type: 'start',
    mode: 'run',
    command: commandOf(want.app),
    env: environmentOf(want),
    cwd: APP_FOLDER,
    copy: { from: SOURCE, to: APP_FOLDER },
    port: want.app.port,
    ...how,
  };
}
