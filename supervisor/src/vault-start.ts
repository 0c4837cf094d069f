// Starts the vault and keeps it running: after the notary, whose signatures it waits for, and before hub and runner, and ended
// after them. What the three say to it the supervisor passes on and reads none of: values are sealed for who is to have them.
import { createServer } from 'node:net';
import { join } from 'node:path';
import { RelayEnd } from '@holdfast/platform/frame-relay';
import { type BoundSocket } from '@holdfast/platform/listeners';
import { findText } from '@holdfast/platform/private-files';
import { LaunchedChild } from './child.ts';
import { groundOf } from './child-ground.ts';
import { type Database } from './database.ts';
import { Keeper } from './keeper.ts';
import { keepSilent } from './kept-child.ts';
import { type Mount } from './separation/confinement.ts';
import { type VaultStart } from './settings.ts';
import { type Site } from './site.ts';

/** The ends of the ways between the vault and those who may speak to it. */
export interface VaultEnds {
  readonly hub: RelayEnd;
  readonly runner: RelayEnd;
  readonly vault: { readonly hub: RelayEnd; readonly runner: RelayEnd };
}

/** A vault whose process loads while the database starts. */
export interface LaunchedVault {
  /** Lets it work; disposing of what is returned ends it. Throws `childFailed`. */
  start(): Promise<AsyncDisposable>;
}

/** Where it finds hub, runner and operator. */
const [HUB_FD, RUNNER_FD, OPERATOR_FD] = [4, 5, 6];
const FAREWELL = 3_000;

/** The role that the vault of an instance signs in as. */
export function vaultUser(instance: string): string {
  return `holdfast_vault_${instance}`;
}

/** Ties the ends. Who says something while there is no vault is told so at once. */
export function joinVaultEnds(): VaultEnds {
  const tie = (): readonly [RelayEnd, RelayEnd] => {
    const [peer, vault] = [new RelayEnd({ gone: true }), new RelayEnd({ gone: true })];
    RelayEnd.join(peer, vault);
    return [peer, vault];
  };
  const [[hub, ofHub], [runner, ofRunner]] = [tie(), tie()];
  return { hub, runner, vault: { hub: ofHub, runner: ofRunner } };
}

/** Why there is no vault here; `undefined`: there is one. */
export function problemOfVault({ config, confiner: { mechanism } }: Site): string | undefined {
  if (mechanism.level !== 'none' || config.file.vault.dangerouslyUnseparated) return undefined;
  // On one user the hub would read the root key (threat 1).
  return `nothing keeps its processes apart: ${mechanism.shortcomings.join('; ')}`;
}

/** Launches it where it is kept apart from the rest. It waits for `start`. */
export function launchVault(
  site: Site,
  database: Database,
  { ends, socket }: { readonly ends: VaultEnds; readonly socket: BoundSocket },
): LaunchedVault | undefined {
  if (problemOfVault(site) !== undefined) return undefined;
  const own: Mount = { from: site.layout.vault, to: '/var/lib/vault', access: 'write' };
  const ground = groundOf(site, 'vault', { mounts: [...database.mounts, own], network: database.network });
  const operator = new RelayEnd({ gone: true });
  const launch = (): LaunchedChild => {
    const child = new LaunchedChild({
      ...ground,
      extra: ['pipe', 'pipe', 'pipe', site.hubLock.descriptor],
      log: site.logs.of('vault'),
    });
    ends.vault.hub.attach(child.end(HUB_FD));
    ends.vault.runner.attach(child.end(RUNNER_FD));
    operator.attach(child.end(OPERATOR_FD));
    return child;
  };
  const first = launch();
  return {
    start: async () => {
      const start = await startOf(site, database, own);
      const keeper = await keepVault(site, { start, first, launch });
      const listening = listenTo(socket, operator);
      return {
        [Symbol.asyncDispose]: async () => {
          listening[Symbol.dispose]();
          await keeper.stop();
        },
      };
    },
  };
}

interface Launches {
  readonly start: VaultStart;
  readonly first: LaunchedChild;
  readonly launch: () => LaunchedChild;
}

async function keepVault(site: Site, { start, first, launch }: Launches): Promise<Keeper> {
  let next: LaunchedChild | undefined = first;
  return await Keeper.open({
    name: 'vault',
    start: async () => {
      const child = next ?? launch();
      const said = next === undefined ? nextStart(start) : start;
      next = undefined;
      return keepSilent(await child.begin(said, site.config.file.timeouts.start), FAREWELL);
    },
    report: (message) => site.console.warn(message),
  });
}

// What was accepted at the start of the instance is not accepted again because the vault was started anew.
function nextStart({ settings, ...start }: VaultStart): VaultStart {
  const restored = settings.restored && !settings.acceptLoss;
  return { ...start, settings: { ...settings, acceptLoss: false, restored } };
}

async function startOf(site: Site, database: Database, own: Mount): Promise<VaultStart> {
  const notary = (await findText(join(site.layout.notary, 'public.key')))?.trim();
  if (notary === undefined)
    throw new Error('the notary left no public key, so nothing that it signs can be believed');
  return {
    type: 'start',
    settings: {
      folder: site.confiner.pathOf(own),
      instance: site.instance,
      postgres: { ...database.address, user: vaultUser(site.instance) },
      ours: ownNames(site),
      notary,
      keepDays: site.config.file.ledger.keepDays,
      acceptLoss: site.acceptLoss,
      restored: site.restored,
    },
    secrets: {
      postgresPassword: site.keys.vaultPassword.reveal('the vault signs in with it'),
      passphrase: site.secrets.vaultPassphrase?.reveal('it opens the root key') ?? null,
    },
  };
}

function ownNames({ config: { publicUrl, spacesHost } }: Site): string[] {
  const hosts = [publicUrl, `http://${spacesHost}`].filter((url) => url !== null);
  return hosts.map((url) => new URL(url).hostname);
}

// One after the other: an answer goes to whoever is connected.
function listenTo(socket: BoundSocket, vault: RelayEnd): Disposable {
  const end = new RelayEnd();
  RelayEnd.join(end, vault);
  const server = createServer((connection) => {
    end.attach(connection);
  });
  server.maxConnections = 1;
  server.listen({ fd: socket.handle.fd });
  return {
    [Symbol.dispose]: () => {
      server.close();
    },
  };
}
