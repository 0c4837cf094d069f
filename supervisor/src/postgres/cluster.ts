// Makes a new database cluster, whole or not at all.
import { join } from 'node:path';
import { type Secret } from '@holdfast/kernel/secret';
import { ensureFolder, exists, findText, moveDurably, remove } from '@holdfast/platform/private-files';
import { type ChildLog } from '../logs.ts';
import { postgresFailed, postgresVersion } from '../faults.ts';
import { type Layout } from '../layout.ts';
import { type Confinement, type Mount } from '../separation/confinement.ts';
import { type Confiner } from '../separation/confiner.ts';
import { POSTGRES_MAJOR } from './binaries.ts';
import { initdbArguments } from './command-line.ts';

/** What a cluster is made with. */
export interface ClusterOptions {
  readonly layout: Layout;
  readonly confiner: Confiner;
  /** The embedded server's programs. */
  readonly programs: Mount;
  readonly account: Confinement['account'];
  readonly superuserPassword: Secret<string>;
  readonly log: ChildLog;
}

/** Whether there is a cluster; throws `postgresVersion` when another major version made it. */
export async function hasCluster(layout: Layout): Promise<boolean> {
  if (!exists(layout.postgres)) return false;
  const version = await findText(join(layout.postgres, 'PG_VERSION'));
  if (version === undefined) return false;
  if (version.trim() !== POSTGRES_MAJOR)
    throw postgresVersion(layout.postgres, version.trim(), POSTGRES_MAJOR);
  return true;
}

/** Makes the cluster in a folder beside its place and moves it there once it is on disk. */
export async function makeCluster(options: ClusterOptions): Promise<void> {
  const { layout, confiner, account, programs } = options;
  await remove(layout.newPostgres); // what a start that was killed here left
  await ensureFolder(layout.newPostgres, {
    mode: 0o700,
    ...(account === undefined ? {} : { owner: account }),
  });
  const folder: Mount = { from: layout.newPostgres, to: '/var/lib/postgres', access: 'write' };
  const initdb = `${confiner.pathOf(programs)}/bin/initdb`;
  // initdb wants to open a file for the password, and what Node makes for descriptor 3 is a socket, which cannot be
  // opened by name: so a pipe is put between.
  const script = 'cat <&3 | "$0" "$@"';
  const command = {
    file: '/bin/sh',
    args: ['-c', script, initdb, ...initdbArguments(confiner.pathOf(folder))],
  };
  const child = confiner.start(
    { mounts: [programs, folder], account, network: false },
    { command, descriptors: ['ignore', 'pipe', 'pipe', 'pipe'] },
  );
  child.end(3).on('error', () => undefined); // a program that ended early; its exit code tells
  child.end(3).end(`${options.superuserPassword.reveal('initdb sets it')}\n`);
  let said = '';
  for (const n of [1, 2])
    child.end(n).on('data', (bytes: Buffer) => {
      options.log.write(bytes);
      said = (said + bytes.toString('utf8')).slice(-4000);
    });
  const exit = await child.exited;
  if (exit.code !== 0) throw postgresFailed('make its files', said);
  if (exists(layout.postgres)) await setAside(layout);
  await moveDurably(layout.newPostgres, layout.postgres);
}

// A folder without PG_VERSION holds no database. An empty one is replaced, anything else is somebody's and stays.
async function setAside(layout: Layout): Promise<void> {
  await moveDurably(layout.postgres, `${layout.postgres}.not-a-database.${String(Date.now())}`);
}
