// Brings an instance up and takes it down again. The order is fixed: lock, sockets, database, preparation, notary, vault,
// courier, runner, hub; what was opened last is closed first. This process parses no traffic and holds no connection to the database.
import { bindTcp, bindUnix, BindError, type BoundSocket } from '@holdfast/platform/listeners';
import { openLock } from '@holdfast/platform/lock';
import { forbidCoreDumps } from '@holdfast/platform/core-dumps';
import { remove, writeText } from '@holdfast/platform/private-files';
import { joinEnds, launchCourier } from './courier-start.ts';
import { joinRunnerEnds, launchRunner } from './runner-start.ts';
import { joinVaultEnds, launchVault, problemOfVault, type LaunchedVault } from './vault-start.ts';
import { needsNetwork, openDatabase, type Database } from './database.ts';
import { addressTaken, alreadyRunning } from './faults.ts';
import { claimFolder, openInstance } from './folders.ts';
import { launchHub } from './hub-start.ts';
import { openKeys } from './keys.ts';
import { layoutOf } from './layout.ts';
import { launchNotary } from './notary-start.ts';
import { KeptRemovalsHead } from './removals.ts';
import { isRestored, removeMarker } from './restored-marker.ts';
import { presentDatabase } from './present-address.ts';
import { takeFromLeftovers } from './leftovers.ts';
import { Logs } from './logs.ts';
import { presentSeparation } from './separation/present.ts';
import { type Ground, openSite, type Site, type StartOptions } from './site.ts';

/** Runs the instance until it is asked to stop. Throws a `Fault` when it cannot be brought up. */
export async function superviseInstance(options: StartOptions): Promise<void> {
  try {
    await using stack = new AsyncDisposableStack();
    await bringUp(options, stack);
    if (!options.stop.aborted) await once(options.stop);
    options.console.step('Stopping: requests in flight are finished first');
  } catch (error) {
    // Whoever asked it to stop half way does not need to be told what then did not come up.
    if (!options.stop.aborted) throw error;
  }
}

async function bringUp(options: StartOptions, stack: AsyncDisposableStack): Promise<void> {
  const { ground, sockets, vaultSocket } = await openGround(options, stack);
  const site = await openSite(ground);
  const { confiner, console } = site;
  options.abandon.addEventListener('abort', () => {
    confiner.kill();
  });
  presentSeparation(confiner.mechanism, needsNetwork(options.config.database), console);
  options.stop.throwIfAborted();
  // What is left when something below fails half way.
  stack.defer(() => {
    confiner.kill();
  });
  const database = await openDatabase(site);
  if (options.only === 'postgres') {
    stack.use(await database.start());
    presentDatabase(site);
    return;
  }
  await bringUpPrograms({ site, database, sockets, vaultSocket }, stack);
}

interface Bound {
  readonly site: Site;
  readonly database: Database;
  readonly sockets: readonly BoundSocket[];
  readonly vaultSocket: BoundSocket;
}

// All are launched first, so that their code is loaded while the database starts.
async function bringUpPrograms(
  { site, database, sockets, vaultSocket }: Bound,
  stack: AsyncDisposableStack,
): Promise<void> {
  const { stop, console } = site;
  const ends = joinEnds();
  const toRunner = joinRunnerEnds();
  const toVault = joinVaultEnds();
  const runner = launchRunner(site, toRunner.runner, toVault.runner);
  const hub = launchHub(site, database, {
    sockets,
    toCourier: ends.hub,
    toRunner: toRunner.hub,
    toVault: toVault.hub,
    runner,
  });
  const courier = launchCourier(site, ends.courier);
  const vault = launchVault(site, database, { ends: toVault, socket: vaultSocket });
  const notary = await launchNotary(site, database);
  stack.use(await database.start());
  stop.throwIfAborted();
  await hub.prepare();
  const running = stack.use(await notary.start());
  stop.throwIfAborted();
  stack.use(await startVault(site, vault));
  if (courier !== undefined) stack.use(await courier.start());
  const port = sockets[0]?.port ?? site.config.listen.port;
  // A hub without apps is of more use than none.
  const apps = runner.start(port).catch((error: unknown) => {
    console.warn(`apps do not run: ${error instanceof Error ? error.message : String(error)}`);
    return new AsyncDisposableStack();
  });
  // Also where the hub does not come up: a runner that nobody stops is started anew for ever, and this process with it never ends.
  stack.defer(async () => {
    await (await apps)[Symbol.asyncDispose]();
  });
  const serving = await hub.start(running);
  await apps;
  stack.use(serving);
  // Only now: whoever is killed before accepts it once more.
  if (site.restored && running.standing.lost !== null) await removeMarker(site.layout);
}

// A hub without secrets is of more use than none.
async function startVault(site: Site, vault: LaunchedVault | undefined): Promise<AsyncDisposable> {
  const nothing = new AsyncDisposableStack();
  if (vault === undefined) {
    site.console.warn(`Spaces have no secrets: ${problemOfVault(site) ?? ''}`);
    return nothing;
  }
  try {
    return await vault.start();
  } catch (error) {
    site.console.warn(`Spaces have no secrets: ${error instanceof Error ? error.message : String(error)}`);
    return nothing;
  }
}

// Everything up to the bound sockets: cheap, and where most refusals come from.
async function openGround(
  options: StartOptions,
  stack: AsyncDisposableStack,
): Promise<{ ground: Ground; sockets: readonly BoundSocket[]; vaultSocket: BoundSocket }> {
  const layout = layoutOf(options.config.folders);
  await claimFolder(layout);
  const lock = await openLock(layout.lockFile);
  if ('holder' in lock) throw alreadyRunning(layout.data, lock.holder);
  stack.use(lock);
  const restored = await isRestored(layout);
  await forbidCoreDumps();
  const instance = await openInstance(layout);
  // Nothing is launched where nobody can tell what was revoked last.
  await new KeptRemovalsHead(layout.keys, instance.id).read();
  const keys = await openKeys(layout.keys, instance.isNew);
  if (instance.isNew) await writeText(layout.instanceFile, `${instance.id}\n`);
  stack.defer(() => remove(layout.run));
  const copy = options.copyLogs ? (bytes: Uint8Array) => process.stderr.write(bytes) : undefined;
  const logs = stack.use(new Logs(layout.logs, copy));
  const hubLock = stack.use(await takeFromLeftovers(layout.hubLockFile));
  const sockets = [stack.use(bindPort(options)), stack.use(bindUnix(layout.adminSocket))];
  const vaultSocket = stack.use(bindUnix(layout.vaultSocket));
  const ground = { ...options, layout, restored, instance: instance.id, keys, logs, hubLock };
  return { ground, sockets, vaultSocket };
}

function bindPort(options: StartOptions): BoundSocket {
  const { address, port } = options.config.listen;
  try {
    return bindTcp(address, port);
  } catch (error) {
    if (error instanceof BindError) throw addressTaken(address, port, error.code);
    throw error;
  }
}

async function once(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  signal.addEventListener('abort', () => {
    resolve(undefined);
  });
  await promise;
}
