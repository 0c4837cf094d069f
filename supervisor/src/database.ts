// The database the children use: the embedded server, kept running here, or one of the operator's own.
import { type Config } from './config/config.ts';
import { Keeper } from './keeper.ts';
import { openPostgresBinaries } from './postgres/binaries.ts';
import { hasCluster, makeCluster } from './postgres/cluster.ts';
import { SOCKET_PORT, SUPERUSER } from './postgres/command-line.ts';
import { openSocketFolder } from './postgres/socket-folder.ts';
import { type ServerSetup, startServer } from './postgres/server.ts';
import { type PostgresSettings, type PrepareSecrets } from './settings.ts';
import { type Site } from './site.ts';
import { type Mount } from './separation/confinement.ts';

/** A database that takes connections. */
export interface Database extends AsyncDisposable {
  readonly address: Omit<PostgresSettings, 'user'>;
  /** What a child must see to reach it. */
  readonly mounts: readonly Mount[];
  /** Whether reaching it needs the network. */
  readonly network: boolean;
  /** How the preparation signs in. */
  readonly credentials: Pick<PrepareSecrets, 'superuser' | 'databaseUrl'>;
}

const DATABASE_NAME = 'holdfast';

/** Brings the database up. Throws what `startServer`, `makeCluster` and `hasCluster` throw. */
export async function openDatabase(site: Site): Promise<Database> {
  const { database } = site.config;
  return database.kind === 'embedded' ? await openEmbedded(site, database) : openExternal(site, database);
}

async function openEmbedded(
  site: Site,
  limits: Extract<Config['database'], { kind: 'embedded' }>,
): Promise<Database> {
  const { confiner, keys, console } = site;
  const setup = await setUpServer(site, limits);
  const keeper = await Keeper.open({
    name: 'postgres',
    start: () => startServer(setup),
    report: (message) => {
      console.warn(message);
    },
  });
  return {
    address: {
      host: confiner.pathOf(setup.socket),
      port: SOCKET_PORT,
      database: DATABASE_NAME,
      tls: 'off',
      embedded: true,
    },
    mounts: [setup.socket],
    network: false,
    credentials: {
      superuser: {
        user: SUPERUSER,
        password: keys.superuserPassword.reveal('the preparation makes roles'),
      },
    },
    [Symbol.asyncDispose]: () => keeper.stop(),
  };
}

// Makes the cluster when there is none yet.
async function setUpServer(
  site: Site,
  limits: Extract<Config['database'], { kind: 'embedded' }>,
): Promise<ServerSetup> {
  const { layout, confiner, keys, console } = site;
  const programs: Mount = {
    from: openPostgresBinaries(site.checkout),
    to: '/opt/postgres',
    access: 'read',
  };
  const account = site.accounts?.postgres;
  const shared = { layout, confiner, programs, account, log: site.logs.of('postgres') };
  if (!(await hasCluster(layout))) {
    console.step('Making the database');
    await makeCluster({ ...shared, superuserPassword: keys.superuserPassword });
  }
  return {
    ...shared,
    socket: await openSocketFolder(site),
    limits: { maxConnections: limits.maxConnections, sharedBuffers: limits.sharedBuffers },
    timeout: 10 * site.config.file.timeouts.start,
  };
}

function openExternal(site: Site, address: Extract<Config['database'], { kind: 'external' }>): Database {
  const { kind: _kind, ...where } = address;
  const local = where.host.startsWith('/');
  const url = site.secrets.databaseUrl?.reveal('the preparation makes roles');
  return {
    address: { ...where, embedded: false },
    // A socket in a folder of the host is reached through that folder; what it holds is the database's own.
    mounts: local ? [{ from: where.host, to: where.host, access: 'read' }] : [],
    network: !local,
    credentials: url === undefined ? {} : { databaseUrl: url },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
