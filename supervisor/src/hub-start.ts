// Prepares the database, starts the hub and keeps it running, and says when it serves.
import { isFault } from '@holdfast/kernel/fault';
import { Secret } from '@holdfast/kernel/secret';
import { type RelayEnd } from '@holdfast/platform/frame-relay';
import { type BoundSocket } from '@holdfast/platform/listeners';
import { measureSpace, reserveOf } from '@holdfast/platform/objects/free-space';
import { LaunchedChild } from './child.ts';
import { groundOf, librariesOf } from './child-ground.ts';
import { fillCodeCache } from './code-cache.ts';
import { type DatabaseConfig } from './config/config.ts';
import { currentOperator } from './current-operator.ts';
import { type Database } from './database.ts';
import { databaseUnreachable } from './faults.ts';
import { type FirstAdmin, openFirstAdmin } from './first-admin.ts';
import { HourDealer } from './hour-dealer.ts';
import { type HubRun, runHub, runPreparation } from './hub.ts';
import { Keeper } from './keeper.ts';
import { type NotaryStanding, notaryUser, type RunningNotary } from './notary-start.ts';
import { type LaunchedRunner } from './runner-start.ts';
import { problemOfVault, vaultUser } from './vault-start.ts';
import { presentAddress } from './present-address.ts';
import { type Mount } from './separation/confinement.ts';
import { nextRun } from './next-run.ts';
import { KeptRemovalsHead, presentFlaw, viewRemovals, withRemovals } from './removals.ts';
import { type HubSecrets, type PrepareStart, type Settings } from './settings.ts';
import { type Site } from './site.ts';

/** A hub whose processes load while the database starts. */
export interface LaunchedHub {
  /** Prepares the database. Throws `childFailed`, or `databaseUnreachable` when that is the operator's own. */
  prepare(): Promise<void>;
  /**
   * Lets the hub serve and says where; disposing of what is returned drains and stops it. Once the notary became sealed
   * the hub is ended at once and starts over sealed. Throws `childFailed` when it cannot start.
   */
  start(notary: Pick<RunningNotary, 'standing' | 'becameSealed' | 'silence'>): Promise<AsyncDisposable>;
}

/** What the hub is given beside its channel. */
export interface HubEnds {
  readonly sockets: readonly BoundSocket[];
  /** The way to the courier; nobody is there unless one is configured. */
  readonly toCourier: RelayEnd;
  /** The way to the runner; nobody is there where no app can run. */
  readonly toRunner: RelayEnd;
  /** The way to the vault; nobody is there where nothing keeps it apart from the rest. */
  readonly toVault: RelayEnd;
  readonly runner: Pick<LaunchedRunner, 'spaces' | 'problem' | 'hubMounts'>;
}

/** Where the hub finds them. */
const COURIER_FD = 6;
const RUNNER_FD = 7;
const VAULT_FD = 8;

/** To courier, runner and vault. */
const PIPES = ['pipe', 'pipe', 'pipe'] as const;

/** What the first start and the notary tell. */
const UNTIL_KNOWN = { firstAdmin: null, sealed: null, lost: null } as const;

/** Launches preparation and hub. They wait for `start`. */
export function launchHub(site: Site, database: Database, ends: HubEnds): LaunchedHub {
  const { sockets, toCourier, toRunner, toVault, runner } = ends;
  const objects: Mount = { from: site.layout.objects, to: '/var/lib/holdfast', access: 'write' };
  const removals = viewRemovals(site);
  const mounts = [...database.mounts, objects, removals.mount, site.code.pages, ...runner.hubMounts];
  const hub = groundOf(site, 'hub', { ...database, mounts });
  const lock = site.hubLock.descriptor;
  const launch = (): LaunchedChild => {
    const extra = [...sockets.map((socket) => socket.handle), ...PIPES, lock];
    const launched = new LaunchedChild({ ...hub, extra, log: site.logs.of('hub') });
    toCourier.attach(launched.end(COURIER_FD));
    toRunner.attach(launched.end(RUNNER_FD));
    toVault.attach(launched.end(VAULT_FD));
    return launched;
  };
  const prepare = launchPreparation(site, database);
  const first = launch();
  const settings: Settings = {
    ...settingsOf(site, database, site.confiner.pathOf(objects)),
    port: sockets[0]?.port ?? site.config.listen.port,
    spaces: runner.spaces,
    spacesProblem: runner.problem,
    ...UNTIL_KNOWN,
    removals: removals.settings,
  };
  return {
    prepare: async () => {
      await runPreparation(prepare, prepareStartOf(site, database, settings)).catch((error: unknown) => {
        throw namingDatabase(error, site.config.database);
      });
    },
    start: async ({ standing, ...notary }) => {
      const keeper = await keepHub(site, { ...settings, ...standing }, { first, launch, ...notary });
      presentAddress(settings, site);
      fillLater(site);
      return { [Symbol.asyncDispose]: () => keeper.stop() };
    },
  };
}

function launchPreparation(site: Site, database: Database): LaunchedChild {
  const ground = groundOf(site, 'prepare', database);
  return new LaunchedChild({ ...ground, extra: [site.hubLock.descriptor], log: site.logs.of('prepare') });
}

/** A preparation that failed on the operator's own server says which that is. */
function namingDatabase(error: unknown, database: DatabaseConfig): unknown {
  if (database.kind === 'embedded' || !isFault(error, 'child.failed')) return error;
  return databaseUnreachable(`${database.host} port ${String(database.port)}`, String(error.details['said']));
}

const QUIET_START = 3_000;

// For the next start; the first requests of this one come first.
function fillLater(site: Site): void {
  const fill = async (): Promise<void> => {
    // A quick start is not worth the space in which revocations are recorded.
    const { free, total } = await measureSpace(site.layout.codeCache);
    const { reservedBytes: bytes, reservedShare: share } = site.config.file.limits;
    if (free > reserveOf({ bytes, share }, total)) await fillCodeCache(site, librariesOf(site));
  };
  setTimeout(() => {
    if (site.stop.aborted) return;
    fill().catch((error: unknown) => {
      site.console.warn(
        `the cache of compiled code was not made: ${error instanceof Error ? error.message : ''}`,
      );
    });
  }, QUIET_START).unref();
}

interface Launches {
  readonly first: LaunchedChild;
  readonly launch: () => LaunchedChild;
  readonly becameSealed: RunningNotary['becameSealed'];
  readonly silence: RunningNotary['silence'];
}

async function keepHub(site: Site, settings: Settings, launches: Launches): Promise<Keeper> {
  const admin = openFirstAdmin(site);
  const head = new KeptRemovalsHead(site.layout.keys, site.instance);
  const { start: timeout, drain } = site.config.file.timeouts;
  const run: HubRun = {
    start: { type: 'start', settings, secrets: secretsOf(site) },
    timeout,
    drain,
    onReady: () => Promise.resolve(),
    onFlaw: (flaw) => {
      presentFlaw(site, flaw);
    },
    hear: head.hear,
    silence: launches.silence,
    dealer: dealerOf(site),
  };
  // Only the first start makes an administrator; the password is not kept for the next ones.
  const firstRun: HubRun = {
    ...run,
    start: firstStartOf(run.start, admin),
    onReady: (created) => admin.settle(created),
  };
  let served = false;
  let { sealed } = settings;
  const start = async (): ReturnType<typeof runHub> => {
    const kept = await head.read();
    if (served) return await runHub(launches.launch(), nextRun(run, sealed, kept));
    served = true;
    return await runHub(launches.first, withRemovals(firstRun, { head: kept }));
  };
  const report = (message: string): void => {
    site.console.warn(message);
  };
  const keeper = await Keeper.open({ name: 'hub', start, report });
  // What was revoked may work again in a database that was put back: nothing in flight is waited for.
  void launches.becameSealed.then((missing) => {
    sealed = missing;
    keeper.restart();
  });
  return keeper;
}

function firstStartOf(start: HubRun['start'], admin: FirstAdmin): HubRun['start'] {
  const settings = { ...start.settings, firstAdmin: admin.account };
  return { type: 'start', settings, secrets: { ...start.secrets, ...passwordOf(admin) } };
}

function passwordOf({ password }: FirstAdmin): Pick<HubSecrets, 'adminPassword'> {
  if (password === undefined) return {};
  return { adminPassword: password.reveal('the hub makes the first administrator') };
}

const KEY_BYTES = 32;

function dealerOf({ keys }: Site): HourDealer {
  const root = Buffer.from(keys.hoursKey.reveal('roots of hours are derived from it'), 'base64');
  // From a file that somebody emptied, everybody could derive them.
  if (root.length !== KEY_BYTES)
    throw new Error(
      'hub-hours.key among the keys is damaged: put back a copy of it, or remove it and start again',
    );
  return new HourDealer(new Secret(root));
}

function secretsOf(site: Site): HubRun['start']['secrets'] {
  return {
    postgresPassword: site.keys.hubPassword.reveal('the hub signs in with it'),
    hubKey: site.keys.hubKey.reveal('the hub derives its keys from it'),
  };
}

function prepareStartOf(site: Site, database: Database, settings: Settings): PrepareStart {
  return {
    type: 'start',
    settings,
    notaryUser: notaryUser(site.instance),
    vaultUser: vaultUser(site.instance),
    secrets: {
      ...database.credentials,
      ownerPassword: site.keys.ownerPassword.reveal('the preparation sets and uses it'),
      hubPassword: site.keys.hubPassword.reveal('the preparation sets it'),
      notaryPassword: site.keys.notaryPassword.reveal('the preparation sets it'),
      vaultPassword: site.keys.vaultPassword.reveal('the preparation sets it'),
    },
  };
}

function settingsOf(
  site: Site,
  database: Database,
  objects: string,
): Omit<Settings, 'port' | 'spaces' | 'spacesProblem' | 'firstAdmin' | 'removals' | keyof NotaryStanding> {
  const { config, instance } = site;
  return {
    instance,
    version: site.version,
    program: site.program,
    separation: site.confiner.mechanism.level,
    // Both below one mount, because a rename between two mounts of one file system is refused.
    objects: `${objects}/store`,
    scratch: `${objects}/scratch/${instance}`,
    postgres: { ...database.address, user: `holdfast_hub_${instance}` },
    pages: site.confiner.pathOf(site.code.pages),
    publicUrl: config.publicUrl,
    access: config.access,
    signUp: config.file.signUp,
    spacesHost: config.spacesHost,
    vault: problemOfVault(site) === undefined,
    hardware: config.file.spaces.hardware,
    trustedProxies: [...config.trustedProxies],
    rateLimits: config.file.rateLimits,
    limits: config.file.limits,
    xet: config.file.xet,
    quota: config.file.quota,
    keepDays: config.file.ledger.keepDays,
    scrubRate: config.file.scrubRate,
    sendsMail: config.file.mail !== null,
    singleSignOn: config.file.singleSignOn && {
      name: config.file.singleSignOn.name,
      groups: config.file.singleSignOn.groups,
    },
    operator: currentOperator(),
  };
}
