// The database the children use: the embedded server, kept running here, or one of the operator's own.
import { totalmem } from 'node:os';
import { type Config } from './config/config.ts';
import { Keeper } from './keeper.ts';
import { openPostgresBinaries } from './postgres/binaries.ts';
import { hasCluster, makeCluster } from './postgres/cluster.ts';
import { SOCKET_PORT, SUPERUSER } from './postgres/command-line.ts';
import { sharedBuffersFor } from './postgres/shared-buffers.ts';
import { openSocketFolder } from './postgres/socket-folder.ts';
import { type ServerSetup, startServer } from './postgres/server.ts';
import { type PostgresSettings, type PrepareSecrets } from './settings.ts';
import { type Site } from './site.ts';
import { type Mount } from './separation/confinement.ts';

/** A database that can be started. */
export interface Database {
  readonly address: Omit<PostgresSettings, 'user'>;
  /** What a child must see to reach it. */
  readonly mounts: readonly Mount[];
  /** Whether reaching it needs the network. */
  readonly network: boolean;
  /** How the preparation signs in. */
  readonly credentials: Pick<PrepareSecrets, 'superuser' | 'databaseUrl'>;
  /**
   * Returns once it takes connections; disposing of what is returned stops it. Throws what `startServer` and
   * `makeCluster` throw.
   */
  start(): Promise<AsyncDisposable>;
}

type EmbeddedConfig = Extract<Config['database'], { kind: 'embedded' }>;

const DATABASE_NAME = 'holdfast';
/** A start after a crash reads the log written since the last checkpoint. */
const RECOVERY_FACTOR = 10;

/** Whether it is reached over the network, and not by a Unix socket. */
export function needsNetwork(database: Config['database']): boolean {
  return database.kind === 'external' && !database.host.startsWith('/');
}

/** Finds out how the database is reached. Throws what `hasCluster` throws. */
export async function openDatabase(site: Site): Promise<Database> {
  const { database } = site.config;
  return database.kind === 'embedded' ? await openEmbedded(site, database) : openExternal(site, database);
}

async function openEmbedded(site: Site, limits: EmbeddedConfig): Promise<Database> {
  const { confiner, keys } = site;
  const made = await hasCluster(site.layout);
  const setup = await setUpServer(site, limits);
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
    start: async () => {
      if (!made) {
        site.console.step('Making the database');
        await makeCluster({ ...setup, superuserPassword: keys.superuserPassword });
      }
      return await keepServer(site, setup);
    },
  };
}

async function setUpServer(site: Site, limits: EmbeddedConfig): Promise<ServerSetup> {
  const programs = openPostgresBinaries(site.checkout);
  return {
    layout: site.layout,
    confiner: site.confiner,
    programs: { from: programs, to: '/opt/postgres', access: 'read' },
    socket: await openSocketFolder(site),
    account: site.accounts?.postgres,
    limits: {
      maxConnections: limits.maxConnections,
      sharedBuffers: limits.sharedBuffers ?? sharedBuffersFor(usableMemory()),
    },
    log: site.logs.of('postgres'),
    timeout: RECOVERY_FACTOR * site.config.file.timeouts.start,
  };
}

/** The machine's memory, or what a container may use of it. */
function usableMemory(): number {
  const allowed = process.constrainedMemory();
  return allowed === 0 ? totalmem() : Math.min(allowed, totalmem());
}

async function keepServer(site: Site, setup: ServerSetup): Promise<AsyncDisposable> {
  const keeper = await Keeper.open({
    name: 'postgres',
    start: () => startServer(setup),
    report: (message) => {
      site.console.warn(message);
    },
  });
  return { [Symbol.asyncDispose]: () => keeper.stop() };
}

function openExternal(site: Site, address: Extract<Config['database'], { kind: 'external' }>): Database {
  const { kind: _kind, ...where } = address;
  const network = needsNetwork(address);
  const url = site.secrets.databaseUrl?.reveal('the preparation makes roles');
  return {
    address: { ...where, embedded: false },
    // A socket in a folder of the host is reached through that folder; what it holds is the database's own.
    mounts: network ? [] : [{ from: where.host, to: where.host, access: 'read' }],
    network,
    credentials: url === undefined ? {} : { databaseUrl: url },
    start: () => Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() }),
  };
}
