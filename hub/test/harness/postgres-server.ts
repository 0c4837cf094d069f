// A real PostgreSQL for tests: the embedded server on a Unix socket in a temporary folder. It ends and its folder goes when
// the process that started it ends, however it ends.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Secret } from '@holdfast/kernel/secret';
import { openPool, type DatabaseAddress } from '@holdfast/platform/postgres/database';
import { openPostgresBinaries } from '@holdfast/supervisor/postgres/binaries';
import { listDescendants } from './processes.ts';
import { mustRun, plainEnvironment, ROOT } from './program.ts';

const SUPERUSER = 'superuser';
const START_MS = 30_000;
/** The file beside a copy with its superuser's password. */
const PASSWORD = 'password';
/** `nobody`: PostgreSQL refuses to run as root. */
const UNPRIVILEGED = 65534;

/** A running server, and how its superuser signs in. */
export class PostgresServer {
  readonly superuser: DatabaseAddress;
  readonly #run: () => void;

  private constructor(superuser: DatabaseAddress, run: () => void) {
    this.superuser = superuser;
    this.#run = run;
  }

  /** A new one. */
  static async open(own: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
    return await PostgresServer.#start(own);
  }

  /** One that begins with what another had when it was copied. */
  static async openCopy(of: string, own: Readonly<Record<string, string>>): Promise<PostgresServer> {
    return await PostgresServer.#start(own, of);
  }

  /**
   * A server as an operator runs one of their own: it keeps what it was told, listens on this port of loopback beside
   * its socket, and ends when the process does.
   */
  static async openOperators(port: number): Promise<PostgresServer> {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(port),
      fsync: 'on',
      full_page_writes: 'on',
    };
    return await PostgresServer.#start(settings);
  }

  /** The address of another database or role on it. */
  addressOf(change: Partial<DatabaseAddress>): DatabaseAddress {
    return { ...this.superuser, ...change };
  }

  /** Ends the server: `SIGINT` as an operator does, `SIGQUIT` without farewell. Returns once it is gone. */
  async stop(how: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    const pid = await this.#pid();
    process.kill(pid, how);
    while (isAlive(pid)) await delay(10);
  }

  /** Kills the server and all its sessions at one instant. Returns once they are gone. */
  async kill(): Promise<void> {
    const pid = await this.#pid();
    const all = [pid, ...(await listDescendants(pid)).map((one) => one.pid)];
    // A session may have ended by now; one that came meanwhile ends by itself once the server is gone.
    for (const one of all) if (isAlive(one)) process.kill(one, 'SIGKILL');
    while (all.some(isAlive)) await delay(10);
  }

  async #pid(): Promise<number> {
    return Number.parseInt(
      await readFile(path.join(this.superuser.host, 'data', 'postmaster.pid'), 'utf8'),
      10,
    );
  }

  /** Starts it again; returns once it takes connections. */
  async start(): Promise<void> {
    this.#run();
    await untilReady(this.superuser, this.superuser.host);
  }

  /** Copies what it has, for others to begin with, and ends it. */
  async leaveCopy(to: string): Promise<void> {
    const { host, password } = this.superuser;
    await this.stop('SIGINT');
    await mkdir(to, { mode: 0o755 });
    await mustRun('cp', ['-a', path.join(host, 'data'), path.join(to, 'data')]);
    await writeFile(path.join(to, PASSWORD), password.reveal('whoever copies it signs in'), { mode: 0o600 });
  }

  static async #start(own: Readonly<Record<string, string>>, from?: string): Promise<PostgresServer> {
    const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-pg-'));
    const account = process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
    if (account.uid !== undefined) await chown(folder, account.uid, account.gid);
    // The hub of an instance that is started as root is another user, who must get to the socket.
    await chmod(folder, 0o711);
    const bin = path.join(await readableBinaries(folder, account), 'bin');
    const password = new Secret(
      from === undefined
        ? randomBytes(16).toString('hex')
        : await readFile(path.join(from, PASSWORD), 'utf8'),
    );
    if (from === undefined) await initialise(bin, { folder, account, password });
    else await mustRun('cp', ['-a', path.join(from, 'data'), path.join(folder, 'data')]);
    const run = (): void => runServer(bin, { folder, account, own });
    run();
    const superuser = {
      host: folder,
      port: Number(own['port'] ?? 5432),
      database: 'postgres',
      user: SUPERUSER,
      tls: 'off',
      password,
    } as const;
    await untilReady(superuser, folder);
    return new PostgresServer(superuser, run);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** The programs, copied where a checkout in somebody's home cannot be read by the account they run under. */
async function readableBinaries(folder: string, account: Account): Promise<string> {
  const native = openPostgresBinaries(ROOT);
  const postgres = path.join(native, 'bin', 'postgres');
  const test = spawnSync('/usr/bin/test', ['-x', postgres], { ...account, env: plainEnvironment() });
  if (test.status === 0) return native;
  const copy = path.join(folder, 'native');
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  await mustRun('chown', ['-R', `${UNPRIVILEGED}:${UNPRIVILEGED}`, copy]);
  return copy;
}

async function initialise(
  bin: string,
  options: { folder: string; account: Account; password: Secret<string> },
): Promise<void> {
  const { folder, account, password } = options;
  const file = path.join(folder, 'password');
  await writeFile(file, password.reveal('initdb sets it'), { mode: 0o600 });
  if (account.uid !== undefined) await chown(file, account.uid, account.gid ?? account.uid);
  const args = ['--pgdata', path.join(folder, 'data'), '--username', SUPERUSER, '--pwfile', file];
  const locale = ['--encoding', 'UTF8', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'];
  const rest = ['--locale', 'C.UTF-8', '--auth', 'scram-sha-256', '--no-sync'];
  const made = spawnSync(path.join(bin, 'initdb'), [...args, ...locale, ...rest], {
    ...account,
    cwd: folder,
    env: plainEnvironment(),
    encoding: 'utf8',
  });
  await rm(file);
  if (made.status !== 0) throw new Error(`initdb failed\n${made.stdout}\n${made.stderr}`);
}

// The shell between sees the end of its input when this process is gone, even by SIGKILL, and then ends the server.
const KEEPER = `"$0" "$@" >"$LOG" 2>&1 </dev/null & pid=$!
cat >/dev/null
kill -QUIT $pid; wait $pid; cd /; rm -rf "$FOLDER"`;

function runServer(
  bin: string,
  server: { folder: string; account: Account; own: Readonly<Record<string, string>> },
): void {
  const { folder, account, own } = server;
  const settings: Readonly<Record<string, string>> = {
    listen_addresses: '',
    unix_socket_directories: folder,
    unix_socket_permissions: '0777',
    // The folder is gone after the test: what a power cut would lose does not matter here.
    fsync: 'off',
    full_page_writes: 'off',
    shared_buffers: '32MB',
    max_connections: '100',
    // Ours allows none; an operator's server may.
    max_prepared_transactions: '4',
    timezone: 'UTC',
    ...own,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const postgres = path.join(bin, 'postgres');
  const child = spawn('/bin/sh', ['-c', KEEPER, postgres, '-D', path.join(folder, 'data'), ...args], {
    ...account,
    cwd: folder,
    env: plainEnvironment({ LOG: path.join(folder, 'log'), FOLDER: folder }),
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
}

async function untilReady(address: DatabaseAddress, folder: string): Promise<void> {
  const until = Date.now() + START_MS;
  for (;;) {
    const pool = openPool(address, { connections: 1, applicationName: 'test', onError: () => undefined });
    try {
      await pool.query('select 1');
      return;
    } catch (error) {
      if (Date.now() < until) await delay(30);
      else {
        const log = await readFile(path.join(folder, 'log'), 'utf8').catch(() => '');
        throw new Error(`PostgreSQL did not start\n${log}`, { cause: error });
      }
    } finally {
      await pool.end();
    }
  }
}
