// The embedded PostgreSQL while it runs.
import { join } from 'node:path';
import { removeFile } from '@holdfast/platform/private-files';
import { type ChildLog } from '../logs.ts';
import { postgresFailed } from '../faults.ts';
import { type Kept } from '../keeper.ts';
import { type Layout } from '../layout.ts';
import { takeFromLeftovers } from '../leftovers.ts';
import { type Confinement, type Mount } from '../separation/confinement.ts';
import { type ConfinedProcess } from '../separation/confined-process.ts';
import { type Confiner } from '../separation/confiner.ts';
import { READY_LINE, SOCKET_NAME, serverArguments } from './command-line.ts';

/** What the server is run with. */
export interface ServerSetup {
  readonly layout: Layout;
  readonly confiner: Confiner;
  readonly programs: Mount;
  /** The folder of its socket. */
  readonly socket: Mount;
  readonly account: Confinement['account'];
  readonly limits: { readonly maxConnections: number; readonly sharedBuffers: string };
  readonly log: ChildLog;
  /** Milliseconds until it must take connections; recovery after a crash counts. */
  readonly timeout: number;
}

const STOP_PATIENCE = 60_000;

/** Starts the server and returns once it takes connections. Throws `postgresFailed` or `leftoverHeld`. */
export async function startServer(setup: ServerSetup): Promise<Kept> {
  using lock = await takeFromLeftovers(setup.layout.postgresLockFile);
  await clearLeftovers(setup);
  const child = setup.confiner.start(confinementOf(setup), {
    command: {
      file: `${setup.confiner.pathOf(setup.programs)}/bin/postgres`,
      args: argumentsOf(setup),
    },
    // The lock is inherited by the server and all its processes: it is free again when the last of them is gone.
    descriptors: ['ignore', 'pipe', 'pipe', lock.descriptor],
  });
  try {
    await untilReady(child, setup);
  } catch (error) {
    child.kill();
    throw error;
  }
  return {
    ended: child.exited,
    kill: () => {
      child.kill();
    },
    stop: () => stopServer(child),
  };
}

// Fast shutdown: sessions are ended, everything is written, the next start needs no recovery.
async function stopServer(child: ConfinedProcess): Promise<void> {
  await child.signal('SIGINT');
  const timer = setTimeout(() => {
    child.kill();
  }, STOP_PATIENCE);
  await child.exited;
  clearTimeout(timer);
}

// Only after the lock is ours, so no process of the server is left and none of this can belong to a running one.
// A pid file whose number has since been given to another program would otherwise refuse every start.
async function clearLeftovers(setup: ServerSetup): Promise<void> {
  const { layout, socket } = setup;
  await removeFile(join(layout.postgres, 'postmaster.pid'));
  // The folder itself stays: a hub that outlives the server has it mounted.
  for (const name of [SOCKET_NAME, `${SOCKET_NAME}.lock`]) await removeFile(join(socket.from, name));
}

function folderOf(setup: ServerSetup): Mount {
  return { from: setup.layout.postgres, to: '/var/lib/postgres', access: 'write' };
}

function etcOf(setup: ServerSetup): Mount {
  return { from: setup.layout.etc, to: '/etc/holdfast', access: 'read' };
}

function confinementOf(setup: ServerSetup): Confinement {
  return {
    mounts: [setup.programs, folderOf(setup), { ...setup.socket, access: 'write' }, etcOf(setup)],
    account: setup.account,
    network: false,
  };
}

function argumentsOf(setup: ServerSetup): string[] {
  const { confiner } = setup;
  return serverArguments({
    folder: confiner.pathOf(folderOf(setup)),
    socketFolder: confiner.pathOf(setup.socket),
    hbaFile: `${confiner.pathOf(etcOf(setup))}/pg_hba.conf`,
    // Other users must reach it where the hub is another user; the folder is shown to the hub's sandbox alone.
    socketPermissions: confiner.mechanism.level === 'uids' ? '0777' : '0700',
    ...setup.limits,
  });
}

async function untilReady(child: ConfinedProcess, setup: ServerSetup): Promise<void> {
  const ready = Promise.withResolvers<undefined>();
  let said = '';
  for (const n of [1, 2])
    child.end(n).on('data', (bytes: Buffer) => {
      setup.log.write(bytes);
      if (said === READY_LINE) return;
      said = (said + bytes.toString('utf8')).slice(-4000);
      if (said.includes(READY_LINE)) {
        said = READY_LINE; // the rest is only written down
        ready.resolve(undefined);
      }
    });
  const timer = AbortSignal.timeout(setup.timeout);
  timer.addEventListener('abort', () => {
    ready.reject(postgresFailed(`start within ${String(setup.timeout / 1000)} s`, said));
  });
  const ended = child.exited.then(() => {
    throw postgresFailed('start', said);
  });
  await Promise.race([ready.promise, ended]);
}
