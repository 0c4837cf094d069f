// Starts the runner, which holds the sandboxes of Spaces, and keeps it running: before the hub, and ended after it. Between the
// two the supervisor passes frames on and reads none of them.
import { setTimeout as delay } from 'node:timers/promises';
import { RelayEnd } from '@holdfast/platform/frame-relay';
import { LaunchedChild } from './child.ts';
import { groundOf } from './child-ground.ts';
import { keepSilent } from './kept-child.ts';
import { Keeper, type Kept } from './keeper.ts';
import { type CgroupFolder, openCgroupFolder } from './separation/cgroup-folder.ts';
import { type Mount } from './separation/confinement.ts';
import { type RunnerStart, type SpaceSettings } from './settings.ts';
import { type Site } from './site.ts';

/** The two ends of the way between hub and runner. */
export interface RunnerEnds {
  readonly hub: RelayEnd;
  readonly runner: RelayEnd;
}

/** A runner whose process loads while the database starts, and what the hub needs to know of it. */
export interface LaunchedRunner {
  /** For the hub, as it sees them; `null` where no app can run. */
  readonly spaces: SpaceSettings | null;
  /** Why not. */
  readonly problem: string | null;
  readonly hubMounts: readonly Mount[];
  /** Lets it work, with the hub at this port; disposing of what is returned ends it, and what it runs. */
  start(port: number): Promise<AsyncDisposable>;
}

/** Where the runner finds the hub and the vault. */
const HUB_FD = 4;
const VAULT_FD = 5;
/** How long it may take to end what it runs, in milliseconds. */
const FAREWELL = 8_000;
const INSIDE = '/var/lib/spaces';

/** Ties the ends. A hub that says something while there is no runner is told so at once. */
export function joinRunnerEnds(): RunnerEnds {
  const ends = { hub: new RelayEnd({ gone: true }), runner: new RelayEnd({ gone: true }) };
  RelayEnd.join(ends.hub, ends.runner);
  return ends;
}

/** Launches it where apps can run. It waits for `start`. */
export function launchRunner(site: Site, end: RelayEnd, toVault: RelayEnd): LaunchedRunner {
  const problem = problemOf(site);
  if (problem !== undefined)
    return { spaces: null, problem, hubMounts: [], start: () => Promise.resolve(new AsyncDisposableStack()) };
  const { sources, visit } = site.layout.spaces;
  const hubMounts: Mount[] = [
    { from: sources, to: `${INSIDE}/sources`, access: 'write' },
    // To connect needs no right to write to the folder.
    { from: visit, to: `${INSIDE}/visit`, access: 'read' },
  ];
  return {
    spaces: { sources: `${INSIDE}/sources`, visit: `${INSIDE}/visit` },
    problem: null,
    hubMounts,
    start: startRunner(site, { hub: end, vault: toVault }),
  };
}

function problemOf({ config, confiner: { mechanism } }: Site): string | undefined {
  if (!config.file.spaces.run) return 'the configuration says that this machine runs no apps';
  // There is no way to run somebody's code without a sandbox (threat 29).
  if (mechanism.sandbox === undefined || mechanism.level === 'none')
    return `no sandbox can be made on this machine: ${mechanism.shortcomings.join('; ')}`;
  return undefined;
}

function startRunner(
  site: Site,
  ends: { readonly hub: RelayEnd; readonly vault: RelayEnd },
): LaunchedRunner['start'] {
  const launch = (): Launched => {
    const groups = openCgroupFolder(site.instance, site.accounts?.runner);
    const child = new LaunchedChild({
      ...groundOf(site, 'runner', { mounts: mountsOf(site, groups), network: true, makesSandboxes: true }),
      // Not the lock that the others hold: every app would inherit it. A runner is always in a sandbox, and outlives nobody.
      extra: ['pipe', 'pipe'],
      log: site.logs.of('runner'),
    });
    ends.hub.attach(child.end(HUB_FD));
    ends.vault.attach(child.end(VAULT_FD));
    return { child, groups };
  };
  let next: Launched | undefined = launch();
  /** Those of runners before are removed when another one is made. */
  let last = next.groups;
  return async (port) => {
    const report = (message: string): void => {
      site.console.warn(message);
    };
    const start = async (): Promise<Kept> => {
      const { child, groups } = next ?? launch();
      next = undefined;
      last = groups;
      // Before it hears of any app: from then on it moves processes. And again, for what its sandbox has started meanwhile.
      adoptAll(child, groups, report);
      const ready = await child.begin(startOf(site, groups, port), site.config.file.timeouts.start);
      adoptAll(child, groups, report);
      return keepSilent(ready, FAREWELL);
    };
    const keeper = await Keeper.open({ name: 'runner', start, report });
    return {
      [Symbol.asyncDispose]: async () => {
        await keeper.stop();
        // Or each instance that ever ran here would leave some, which nobody looks for again.
        await removeGroups(last);
      },
    };
  };
}

/** The processes of sandboxes die with the runner, and some a moment after it. */
async function removeGroups(groups: CgroupFolder | undefined): Promise<void> {
  for (let tries = 0; groups?.remove() === false && tries < 40; tries += 1) await delay(50);
}

interface Launched {
  readonly child: LaunchedChild;
  readonly groups: CgroupFolder | undefined;
}

function adoptAll(
  child: LaunchedChild,
  groups: CgroupFolder | undefined,
  report: (message: string) => void,
): void {
  for (const pid of child.family())
    try {
      groups?.adopt(pid);
    } catch (error) {
      report(
        `process ${String(pid)} of the runner could not be put into its control group: ${messageOf(error)}`,
      );
    }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function mountsOf({ layout, config }: Site, groups: CgroupFolder | undefined): Mount[] {
  const { sources, visit, own } = layout.spaces;
  const { certificates, pythons } = config.file.spaces;
  return [
    { from: sources, to: `${INSIDE}/sources`, access: 'read' },
    { from: visit, to: `${INSIDE}/visit`, access: 'write' },
    { from: own, to: `${INSIDE}/runner`, access: 'write' },
    ...(certificates === null
      ? []
      : [{ from: certificates, to: CERTIFICATES, access: 'read' } satisfies Mount]),
    ...pythons.map((from, n): Mount => ({ from, to: pythonPlace(n), access: 'read' })),
    ...(groups?.mounts ?? []),
  ];
}

const CERTIFICATES = '/etc/holdfast/certificates.pem';

function pythonPlace(n: number): string {
  return `${INSIDE}/pythons/${String(n)}`;
}

/** A socket that listens everywhere is reached on loopback. */
const EVERYWHERE = new Set(['0.0.0.0', '::']);

function startOf(
  { config, confiner, code }: Site,
  groups: CgroupFolder | undefined,
  port: number,
): RunnerStart {
  const { mechanism } = confiner;
  const { address } = config.listen;
  const { spaces } = config.file;
  const { reservedBytes, reservedShare } = config.file.limits;
  const { mirror, securityMirror, suite, index, indexFiles, certificates } = spaces;
  const { resolver, environmentBytes, dangerouslyUnlimited, runtime } = spaces;
  return {
    type: 'start',
    settings: {
      level: mechanism.level === 'uids' ? 'uids' : 'namespaces',
      folders: { sources: `${INSIDE}/sources`, visit: `${INSIDE}/visit`, own: `${INSIDE}/runner` },
      code: confiner.pathOf(code.root),
      node: confiner.pathOf(code.node),
      libraries: code.libraries === undefined ? null : confiner.pathOf(code.libraries),
      cgroups: groups?.place ?? null,
      ...{ dangerouslyUnlimited, runtime },
      hub: { address: EVERYWHERE.has(address) ? '127.0.0.1' : address, port },
      publicHost:
        config.publicUrl === null ? null : new URL(config.publicUrl).hostname.replace(/^\[|\]$/g, ''),
      packages: {
        ...{ mirror, securityMirror, suite, index, indexFiles },
        certificates: certificates === null ? null : CERTIFICATES,
      },
      pythons: spaces.pythons.map((_, n) => pythonPlace(n)),
      resolver,
      hostCertificates: config.certificates.hosts,
      environmentBytes,
      reserve: { reservedBytes, reservedShare },
      farewellMs: config.file.timeouts.replacedApp,
    },
  };
}
