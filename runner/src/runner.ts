// Puts the runner together: what makes sandboxes, doors and environments, and the Spaces that are wanted of it.
import { readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@holdfast/kernel/clock';
import { type Channel } from '@holdfast/platform/channel';
import { type Log } from '@holdfast/platform/log';
import { listNames } from '@holdfast/platform/private-files';
import { type RunnerStart } from '@holdfast/supervisor/settings';
import { CodeCache } from './code-cache.ts';
import { Doors } from './doors/doors.ts';
import { openBuilding } from './building.ts';
import { OwnAddresses } from './own-addresses.ts';
import { openRuntime, SandboxUnavailable, type SandboxRuntime } from './sandbox/index.ts';
import { type RunGround } from './runs/run.ts';
import { type SecretSource } from './secrets/hand-over.ts';
import { Tickets } from './secrets/tickets.ts';
import { VaultLink } from './secrets/vault-link.ts';
import { Slots } from './runs/slots.ts';
import { Spaces } from './runs/spaces.ts';

type Settings = RunnerStart['settings'];

/** What the runner is given. */
export interface RunnerDeps {
  readonly hub: Pick<Channel, 'onFrame' | 'send'>;
  readonly vault: Pick<Channel, 'onFrame' | 'send'>;
  readonly log: Log;
}

/** The name by which apps reach the hub; nobody else can resolve it. */
const HUB_NAME = 'hub.holdfast.internal';
/** The first user of sandboxes and of doors, in a namespace that has more than one. */
const FIRST_OF_SANDBOXES = 1_000;
const FIRST_OF_DOORS = 32_000;
const CODE_CACHE_USER = 31_999;
const MOST = 30_000;
const WANTED_OPEN_FILES = 65_536;

/** Opens it. Disposing of the result ends all that runs. */
export async function openRunner(
  settings: Settings,
  { hub, vault, log }: RunnerDeps,
): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const runs = join(settings.folders.own, 'runs');
  // What a killed runner left: its processes are dead, because the kernel ended them with it.
  await rm(runs, { recursive: true, force: true });
  for (const name of await listNames(settings.folders.visit)) await rm(join(settings.folders.visit, name));
  await mkdir(runs, { recursive: true, mode: 0o755 });
  const isRange = settings.level === 'uids';
  const runtime = openSandboxes(settings);
  if (typeof runtime === 'string') {
    stack.use(new Spaces({ hub, log, space: runtime, forget: () => Promise.resolve() }));
    return stack.move();
  }
  const users = isRange ? { first: FIRST_OF_SANDBOXES, slots: new Slots(MOST) } : null;
  const codeCache = openCodeCache(settings, log);
  const { code, node, libraries } = settings;
  const doors = new Doors({
    ...{ code, node, libraries, codeCache, log },
    users: isRange ? { first: FIRST_OF_DOORS, slots: new Slots(MOST) } : null,
  });
  const inside = { code, node, codeCache, openFiles: mostOpenFiles() };
  const building = stack.use(openBuilding(settings, { runtime, users, inside, log }));
  const secrets: SecretSource = {
    vault: new VaultLink(vault, log),
    tickets: new Tickets((frame) => hub.send(frame)),
  };
  const own = stack.use(new OwnAddresses(settings.publicHost, { note: warnOnce(log) }));
  const ground: RunGround = {
    ...{ runtime, doors, inside, secrets, log, folder: runs, visit: settings.folders.visit },
    hostCertificates: settings.hostCertificates,
    own,
    outside: async () => await outsideOf(settings, own),
  };
  const { farewellMs } = settings;
  const space = { ground, users, clock: systemClock, build: building.build, farewellMs };
  stack.use(new Spaces({ hub, log, space, forget: () => Promise.resolve() }));
  return stack.move();
}

/** Says a sentence when it is true for the first time, and not with every start. */
function warnOnce(log: Log): (problem: string) => void {
  const said = new Set<string>();
  return (problem) => {
    if (!said.has(problem)) log.warn({ problem }, 'not all addresses of this machine are known');
    said.add(problem);
  };
}

async function outsideOf(
  { hub, publicHost, resolver }: Settings,
  own: OwnAddresses,
): ReturnType<RunGround['outside']> {
  return {
    hub: { name: HUB_NAME, publicName: publicHost, ...hub },
    own: await own.now(),
    resolver,
  };
}

/** It is made beside everything else. */
function openCodeCache({ folders, code, node, libraries, level }: Settings, log: Log): CodeCache {
  const user = level === 'uids' ? CODE_CACHE_USER : null;
  const cache = new CodeCache({ folder: join(folders.own, 'code-cache'), code, node, libraries, user, log });
  void cache.fill();
  return cache;
}

function openSandboxes(settings: Settings): SandboxRuntime | string {
  const { folders, code, node, cgroups, dangerouslyUnlimited, level } = settings;
  try {
    return openRuntime({
      runtime: settings.runtime,
      places: [folders.own, folders.sources, ...settings.pythons, `${code}/inside`, node],
      dataFolder: folders.own,
      users: level === 'uids',
      ...{ cgroups, dangerouslyUnlimited },
    });
  } catch (error) {
    if (error instanceof SandboxUnavailable) return `This machine runs no apps: ${error.message}`;
    throw error;
  }
}

/** As many as we may have ourselves: nobody can give away more. */
function mostOpenFiles(): number {
  const hard = /^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'));
  return Math.min(WANTED_OPEN_FILES, Number(hard?.[1] ?? WANTED_OPEN_FILES));
}
