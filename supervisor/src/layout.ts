// Where everything lies, on the host and as the children see it.
import { dirname, join } from 'node:path';
import { exists } from '@holdfast/platform/private-files';
import { type Config } from './config/config.ts';
import { type Mount } from './separation/confinement.ts';
import { CHILD_WORKSPACES } from './workspaces.ts';

/** Paths of one instance on the host. */
export interface Layout {
  readonly data: string;
  readonly keys: string;
  /** What the notary alone may read: its signing key, and what it signed last. */
  readonly notary: string;
  /** What the vault alone may read: the root key, and its journal. */
  readonly vault: string;
  /** Things of this run alone: sockets, lists. */
  readonly run: string;
  /** `passwd`, `group` and `pg_hba.conf` of the sandboxes. */
  readonly etc: string;
  /** Empty; in place of pages that are not there. */
  readonly noPages: string;
  readonly logs: string;
  readonly postgres: string;
  /** A new database while it is made; moved to `postgres` once whole. */
  readonly newPostgres: string;
  readonly objects: string;
  /** What takes access away while the database is away; the hub's. */
  readonly removals: string;
  /** Compiled code of our children, so that they start sooner. */
  readonly codeCache: string;
  /** What it was made for. Outside the folder, which a child may write. */
  readonly codeCacheStamp: string;
  readonly instanceFile: string;
  /** That the data came out of a backup: `restored-marker.ts`. */
  readonly restoredMarker: string;
  readonly lockFile: string;
  readonly postgresLockFile: string;
  readonly hubLockFile: string;
  /** What runs Spaces, and their files. */
  readonly spaces: SpaceFolders;
  readonly adminSocket: string;
  /** By which the operator, and nobody else, speaks to the vault. */
  readonly vaultSocket: string;
  readonly adminMarker: string;
}

/** Folders of what runs Spaces. */
export interface SpaceFolders {
  readonly root: string;
  /** The files of Spaces, which the hub writes and sandboxes read. */
  readonly sources: string;
  /** Sockets by which the hub reaches apps. */
  readonly visit: string;
  /** The runner's own: what it made, and what it must know after its death. */
  readonly own: string;
}

/** Every path from the folders of the configuration. */
export function layoutOf(folders: Config['folders']): Layout {
  const { data, keys, objects } = folders;
  const run = join(data, 'run');
  return {
    data,
    keys,
    notary: join(keys, 'notary'),
    vault: join(keys, 'vault'),
    run,
    etc: join(run, 'etc'),
    noPages: join(run, 'no-pages'),
    logs: join(data, 'logs'),
    postgres: join(data, 'postgres'),
    newPostgres: join(data, 'postgres.new'),
    objects,
    removals: join(data, 'removals'),
    codeCache: join(data, 'code-cache'),
    codeCacheStamp: join(data, 'code-cache.made-for'),
    instanceFile: join(data, 'instance'),
    restoredMarker: join(data, 'restored.json'),
    lockFile: join(data, 'lock'),
    postgresLockFile: join(data, 'postgres.lock'),
    hubLockFile: join(data, 'hub.lock'),
    spaces: {
      root: join(data, 'spaces'),
      sources: join(data, 'spaces', 'sources'),
      visit: join(data, 'spaces', 'visit'),
      own: join(data, 'spaces', 'runner'),
    },
    adminSocket: join(run, 'admin.sock'),
    vaultSocket: join(run, 'vault.sock'),
    adminMarker: join(data, 'first-admin'),
  };
}

/** Folders of the checkout that our children read. */
const CODE = [...CHILD_WORKSPACES, 'node_modules', 'package.json'];
const CODE_INSIDE = '/opt/holdfast';

/** What a child of ours is run with. */
export interface CodeView {
  readonly mounts: readonly Mount[];
  /** Node itself. */
  readonly node: Mount;
  /** The pages as they were built. */
  readonly pages: Mount;
  /** The folder that `hub` and the others lie in. */
  readonly root: Mount;
  /** A library that Node needs and the system does not have; brought by the launcher. */
  readonly libraries: Mount | undefined;
}

/** The program as its children see it: its own folders and nothing else that lies in the checkout. */
export function viewCode(checkout: string, node: string, built: string): CodeView {
  const program: Mount = { from: node, to: `${CODE_INSIDE}/bin/node`, access: 'read' };
  const folders = CODE.map((name): Mount => ({
    from: join(checkout, name),
    to: `${CODE_INSIDE}/${name}`,
    access: 'read',
  }));
  const pages: Mount = { from: built, to: `${CODE_INSIDE}/pages`, access: 'read' };
  const brought = join(dirname(dirname(node)), 'lib');
  const libraries: Mount | undefined = exists(join(brought, 'libatomic.so.1'))
    ? { from: brought, to: `${CODE_INSIDE}/lib`, access: 'read' }
    : undefined;
  return {
    mounts: [program, ...folders, ...(libraries === undefined ? [] : [libraries])],
    libraries,
    pages,
    node: program,
    root: { from: checkout, to: CODE_INSIDE, access: 'read' },
  };
}
