// A sandbox of a build for tests by gVisor, as the runner makes it: limits, mounts and the program inside are those of real builds.
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MiB } from '@holdfast/kernel/size';
import { type OpenBuildSandbox } from '../../src/build/index.ts';
import { insideCommand, programMounts } from '../../src/runs/run-spec.ts';
import {
  type ControlGroups,
  listRootParts,
  openRuntime,
  type SandboxLimits,
} from '../../src/sandbox/index.ts';

const CHECKOUT = resolve(import.meta.dirname, '../../..');
const INSIDE = { code: CHECKOUT, node: process.execPath };
const LIMITS: SandboxLimits = {
  ...{ memoryBytes: 2_048 * MiB, processes: 512, cpus: 2, openFiles: 1_024, fileBytes: 1e9 },
  ...{ homeBytes: 256 * MiB, tmpBytes: 256 * MiB, sharedMemoryBytes: 16 * MiB },
};

/** Makes them, in these groups and within these limits. */
export function gvisorSandboxes(
  cgroups: ControlGroups | null,
  limits: Partial<SandboxLimits> = {},
): OpenBuildSandbox {
  const runtime = openRuntime({
    ...{ runtime: 'gvisor', users: false, cgroups, dangerouslyUnlimited: cgroups === null },
    places: [tmpdir(), join(CHECKOUT, '.tools'), join(CHECKOUT, 'inside'), process.execPath],
    dataFolder: join(tmpdir(), 'holdfast-none'),
  });
  return async ({ id, root, mounts, door, user }) =>
    await runtime.openSandbox({
      ...{ id, door, user, hostname: 'build', descriptors: [], command: insideCommand() },
      limits: { ...LIMITS, ...limits },
      root: listRootParts(root),
      mounts: [...mounts, ...programMounts(INSIDE)],
    });
}
