// The face of sandboxes: making them, whatever way this machine has.
import { BubblewrapRuntime } from './bubblewrap.ts';
import { type ControlGroups } from './control-groups.ts';
import { GvisorRuntime } from './gvisor.ts';
import { type Ground } from './judgement.ts';
import { findGvisor, findLaunchPrograms } from './root-parts.ts';
import { type SandboxRuntime, SandboxUnavailable } from './sandbox.ts';
import { SocketSearch } from './socket-search.ts';
import { sandboxFilter } from './system-calls.ts';

export { ControlGroup, type ControlGroups, type Strain } from './control-groups.ts';
export { RefusedSpec } from './judgement.ts';
export { type KnownProcess, endProcess, isAlive, waitUntilGone } from './known-process.ts';
export { joinCommand } from './launch.ts';
export { listHidden, listRootParts } from './root-parts.ts';
export { type Sandbox, type SandboxRuntime, SandboxUnavailable, type SandboxUsage } from './sandbox.ts';
export {
  CODE_CACHE,
  DOOR_FOLDER,
  HOME,
  type RootPart,
  type SandboxLimits,
  type SandboxMount,
  type SandboxSpec,
  USER,
} from './spec.ts';

/** Where and under which limits sandboxes are made. */
export interface RuntimeOptions extends Ground {
  readonly runtime: SandboxRuntime['name'];
  readonly cgroups: ControlGroups | null;
  /** The operator takes it that a Space may use up the machine. */
  readonly dangerouslyUnlimited: boolean;
}

/** Opens the way of making sandboxes. Throws a `SandboxUnavailable` that says what is missing and what to do. */
export function openRuntime(options: RuntimeOptions): SandboxRuntime {
  const programs = findLaunchPrograms();
  const filter = sandboxFilter(process.arch);
  if (filter === undefined)
    throw new SandboxUnavailable(`there is no list of system calls for ${process.arch}`);
  if (options.cgroups === null && !options.dangerouslyUnlimited) throw new SandboxUnavailable(NO_LIMITS);
  const ground = { ...options, programs, groups: options.cgroups, sockets: new SocketSearch() };
  return options.runtime === 'gvisor'
    ? new GvisorRuntime({ ...ground, runsc: findGvisor() })
    : new BubblewrapRuntime({ ...ground, filter });
}

const NO_LIMITS =
  'there is no control group in which Spaces could be limited, so that one of them could use up the machine. Start as root, or let systemd delegate one: systemd-run --user --scope -p Delegate=yes ./holdfast start, or Delegate=yes in its unit';
