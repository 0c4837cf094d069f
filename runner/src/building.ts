// Builds for the Spaces of this machine: where they happen, within which bounds, and what an app is then run on.
import { join } from 'node:path';
import { GiB, MiB } from '@holdfast/kernel/size';
import { type Log } from '@holdfast/platform/log';
import { FreeSpace, measureSpace } from '@holdfast/platform/objects/free-space';
import { type RunnerStart } from '@holdfast/supervisor/settings';
import { Base } from './base/index.ts';
import { BuildTurns } from './build-turns.ts';
import { Builder, type OpenBuildSandbox, type OpenGroup } from './build/index.ts';
import { type Want } from './frames.ts';
import {
  ControlGroup,
  listRootParts,
  type SandboxLimits,
  type SandboxMount,
  type SandboxRuntime,
} from './sandbox/index.ts';
import { CACHE_FOLDER, ENVIRONMENT_FOLDER, SOURCE } from './runs/environment.ts';
import { insideCommand, programMounts, type InsideProgram } from './runs/run-spec.ts';
import { type SpaceDeps } from './runs/start-run.ts';
import { Uses } from './uses.ts';

type Settings = RunnerStart['settings'];

/** What building needs. */
export interface BuildingDeps extends Pick<SpaceDeps, 'users'> {
  readonly runtime: SandboxRuntime;
  readonly inside: InsideProgram;
  readonly log: Log;
}

/** Builds, and what they share. */
export interface Building extends AsyncDisposable {
  readonly build: SpaceDeps['build'];
}

/** What one build may use. The rest of a machine is for those who run. */
const SANDBOX_LIMITS: Omit<SandboxLimits, 'openFiles'> = {
  cpus: 2,
  memoryBytes: 8 * GiB,
  processes: 1_024,
  fileBytes: 20 * GiB,
  homeBytes: GiB,
  tmpBytes: GiB,
  sharedMemoryBytes: 64 * MiB,
};
const BUILD_LIMITS = {
  milliseconds: 60 * 60_000,
  bytes: 20 * GiB,
  entries: 2_000_000,
  fetchedBytes: 20 * GiB,
  memoryBytes: SANDBOX_LIMITS.memoryBytes,
  processes: SANDBOX_LIMITS.processes,
};
/** Builds at a time; others wait for their turn. */
const AT_ONCE = 2;

/** Opens it. Disposing of the result gives up a base that is being made. */
export function openBuilding(settings: Settings, deps: BuildingDeps): Building {
  const { sources } = settings.folders;
  const { base, builder } = openBuilder(settings, deps);
  // In its time: what a killed build left may be much.
  builder.clear().catch((error: unknown) => {
    deps.log.warn({ err: error }, 'what former builds left could not be removed');
  });
  const turns = new BuildTurns(AT_ONCE);
  return {
    build: async (want, lines, signal) => {
      using slot = deps.users?.slots.take();
      const user = deps.users === null || slot === undefined ? null : deps.users.first + slot.number;
      const source = join(sources, want.space, want.commit);
      const waits = (): void => lines.say('Waiting for other builds of this machine');
      const tell = (line: string): void => lines.say(line);
      const wish = wishOf(want, source, user);
      const built = await turns.findOrMake(
        want.namespace,
        {
          find: async () => await builder.find(wish, tell, signal),
          make: async () => await builder.build(wish, tell, signal),
        },
        { signal, waits },
      );
      if (built.kind === 'failed') return built;
      const { env, python, hold } = built;
      return {
        kind: 'built',
        hold,
        root: listRootParts(built.layer ?? built.base),
        mounts: [...mountsOf(want, source, env), ...(python === null ? [] : [python])],
      };
    },
    [Symbol.asyncDispose]: async () => {
      await base[Symbol.asyncDispose]();
      await builder[Symbol.asyncDispose]();
    },
  };
}

function mountsOf({ app }: Want, source: string, environment: string): SandboxMount[] {
  const preloaded = app.preloaded.map((name): SandboxMount => {
    return { from: join(`${source}.hub`, name), to: `${CACHE_FOLDER}/${name}`, access: 'read' };
  });
  return [
    { from: environment, to: ENVIRONMENT_FOLDER, access: 'read' },
    { from: source, to: SOURCE, access: 'read' },
    ...preloaded,
  ];
}

function openBuilder(
  settings: Settings,
  deps: BuildingDeps,
): { readonly base: Base; readonly builder: Builder } {
  const { own } = settings.folders;
  const { mirror, securityMirror, suite, index, indexFiles, certificates } = settings.packages;
  const base = new Base({
    folder: join(own, 'base'),
    source: { mirror, securityMirror, suite, packages: [] },
    tell: (line) => {
      deps.log.info({ line }, 'making the base');
    },
  });
  const builder = new Builder({
    ...{ folder: own, base, limits: BUILD_LIMITS, openSandbox: sandboxesOf(deps) },
    space: spaceOf(settings),
    openGroup: groupsOf(settings, deps.inside),
    pythons: {
      folders: settings.pythons,
      tell: (place, why) => {
        deps.log.warn({ place, why }, 'a Python of the configuration (spaces.pythons) cannot be had');
      },
    },
    kept: { bytes: settings.environmentBytes, uses: new Uses() },
    code: { root: settings.code, node: settings.node, libraries: settings.libraries },
    packages: {
      indexes: [{ url: index, files: indexFiles }],
      mirrors: { debian: mirror, 'debian-security': securityMirror },
      authorities: certificates,
    },
  });
  return { base, builder };
}

/** The disk of the database, where nothing else was arranged. */
function spaceOf({ folders, reserve }: Settings): FreeSpace {
  const { reservedBytes: bytes, reservedShare: share } = reserve;
  return new FreeSpace({ measure: () => measureSpace(folders.own), reserve: { bytes, share } });
}

function wishOf({ namespace, factory, app }: Want, source: string, user: number | null) {
  const { sdk, sdkVersion, pythonVersion } = app;
  return { source, namespace, factory, sdk, sdkVersion, pythonVersion, user };
}

function groupsOf({ cgroups }: Settings, { openFiles }: InsideProgram): OpenGroup | null {
  return cgroups && ((id) => ControlGroup.open(cgroups, { id, limits: { ...SANDBOX_LIMITS, openFiles } }));
}

function sandboxesOf({ runtime, inside }: BuildingDeps): OpenBuildSandbox {
  return async ({ id, root, mounts, door, user }) =>
    await runtime.openSandbox({
      ...{ id, door, user, hostname: 'build', descriptors: [] },
      limits: { ...SANDBOX_LIMITS, openFiles: inside.openFiles },
      root: listRootParts(root),
      mounts: [...mounts, ...programMounts(inside)],
      command: insideCommand(),
    });
}
