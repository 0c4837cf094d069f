// Prepares the database, starts the hub and keeps it running, and says when it serves.
import { type BoundSocket } from '@holdfast/platform/listeners';
import { type Database } from './database.ts';
import { type FirstAdmin, openFirstAdmin } from './first-admin.ts';
import { type HubRun, type HubSetup, runPreparation, startHub } from './hub.ts';
import { Keeper } from './keeper.ts';
import { type HubSecrets, type Settings } from './settings.ts';
import { currentOperator, type Site } from './site.ts';
import { type Mount } from './separation/confinement.ts';
import { presentAddress } from './present-address.ts';

/** Brings the hub up; disposing of what is returned drains and stops it. Throws `childFailed` when preparation or hub cannot start. */
export async function openHub(
  site: Site,
  database: Database,
  sockets: readonly BoundSocket[],
): Promise<AsyncDisposable> {
  const admin = openFirstAdmin(site);
  const objects: Mount = { from: site.layout.objects, to: '/var/lib/holdfast', access: 'write' };
  const settings: Settings = {
    ...settingsOf(site, database, site.confiner.pathOf(objects)),
    port: sockets[0]?.port ?? site.config.listen.port,
    firstAdmin: admin.account,
  };
  const setup = setupOf(site, database, objects);
  await prepare(setup, settings, { site, database });
  const keeper = await keepHub(setup, site, {
    sockets,
    start: { type: 'start', settings, secrets: secretsOf(site, admin) },
    log: site.logs.of('hub'),
    drain: site.config.file.timeouts.drain,
    onReady: (created) => admin.settle(created),
  });
  presentAddress(settings, site);
  return { [Symbol.asyncDispose]: () => keeper.stop() };
}

function setupOf(site: Site, database: Database, objects: Mount): HubSetup {
  return {
    confiner: site.confiner,
    confinement: {
      mounts: [...site.code.mounts, ...database.mounts, objects],
      account: site.accounts?.hub,
      network: database.network,
    },
    code: site.code,
    timeout: site.config.file.timeouts.start,
  };
}

function secretsOf(site: Site, { password }: FirstAdmin): HubSecrets {
  return {
    postgresPassword: site.keys.hubPassword.reveal('the hub signs in with it'),
    hubKey: site.keys.hubKey.reveal('the hub derives its keys from it'),
    ...(password === undefined
      ? {}
      : { adminPassword: password.reveal('the hub makes the first administrator') }),
  };
}

async function keepHub(setup: HubSetup, site: Site, first: HubRun): Promise<Keeper> {
  // Only the first start makes an administrator; the password is not kept for the next ones.
  let run = first;
  const start = async (): ReturnType<typeof startHub> => {
    const hub = await startHub(setup, run);
    const { adminPassword: _once, ...secrets } = first.start.secrets;
    run = {
      ...first,
      start: { ...first.start, settings: { ...first.start.settings, firstAdmin: null }, secrets },
      onReady: () => Promise.resolve(),
    };
    return hub;
  };
  return await Keeper.open({
    name: 'hub',
    start,
    report: (message) => {
      site.console.warn(message);
    },
  });
}

async function prepare(
  setup: HubSetup,
  settings: Settings,
  from: { readonly site: Site; readonly database: Database },
): Promise<void> {
  const { site, database } = from;
  await runPreparation(
    setup,
    {
      type: 'start',
      settings: { ...settings, firstAdmin: null },
      secrets: {
        ...database.credentials,
        ownerPassword: site.keys.ownerPassword.reveal('the preparation sets and uses it'),
        hubPassword: site.keys.hubPassword.reveal('the preparation sets it'),
      },
    },
    site.logs.of('prepare'),
  );
}

function settingsOf(site: Site, database: Database, objects: string): Omit<Settings, 'port' | 'firstAdmin'> {
  const { config, instance } = site;
  return {
    instance,
    version: site.version,
    separation: site.confiner.mechanism.level,
    // Both below one mount, because a rename between two mounts of one file system is refused.
    objects: `${objects}/store`,
    scratch: `${objects}/scratch/${instance}`,
    postgres: { ...database.address, user: `holdfast_hub_${instance}` },
    publicUrl: config.publicUrl,
    access: config.access,
    spacesHost: config.spacesHost,
    trustedProxies: [...config.trustedProxies],
    rateLimits: config.file.rateLimits,
    limits: config.file.limits,
    operator: currentOperator(),
  };
}
