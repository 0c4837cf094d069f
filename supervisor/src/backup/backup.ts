// Copies database and objects of a running instance, never its keys. The database comes last but one: objects are copied, then the
// database, then the objects that were named meanwhile, so that all that the database names is there (decision 41).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '@holdfast/kernel/id';
import { Secret } from '@holdfast/kernel/secret';
import { backUpServer } from '@holdfast/platform/postgres/base-backup';
import { isDatabaseAway } from '@holdfast/platform/postgres/faults';
import { exists, findText } from '@holdfast/platform/private-files';
import { type Config } from '../config/config.ts';
import { type Console } from '../console.ts';
import { postgresPasswordFile } from '../keys.ts';
import { layoutOf, type Layout } from '../layout.ts';
import { POSTGRES_MAJOR } from '../postgres/binaries.ts';
import { SOCKET_NAME, SOCKET_PORT, SUPERUSER } from '../postgres/command-line.ts';
import { isMissing, Target } from './copy.ts';
import { databaseAbsent, noBackup, placeRefused } from './faults.ts';
import { FORMAT, ManifestWriter, openManifest } from './manifest.ts';
import { openPlace, requireApart, requireRoom } from './place.ts';
import { isLogBetween, isOfCluster, OBJECT_FOLDERS, SMALL_FILES, walk } from './sources.ts';

/** What is to be backed up, and where to. */
export interface BackupWish {
  readonly config: Config;
  readonly folder: string;
  /** A backup before, whose objects are named here, too, in place of being copied. */
  readonly since: string | undefined;
  readonly version: string;
  readonly console: Console;
}

/** What was backed up. */
export interface BackedUp {
  readonly id: string;
  readonly files: number;
  readonly bytes: number;
  /** Of these, files that the backup before has as well, and that take no room. */
  readonly linked: number;
  /** Objects whose bytes are not those that they are named after: damaged in the store. */
  readonly damaged: readonly string[];
  readonly database: boolean;
}

/** Makes a backup. Throws the faults of `faults.ts`. */
export async function backUp(wish: BackupWish): Promise<BackedUp> {
  const { config, folder, console } = wish;
  const layout = layoutOf(config.folders);
  const instance = (await findText(layout.instanceFile))?.trim();
  if (instance === undefined) throw placeRefused(layout.data, 'it is the data directory of no instance');
  await openPlace(folder, layout);
  await requireApart(folder, 'data');
  const database = config.database.kind === 'embedded';
  const head = {
    ...({ holdfast: 'backup', format: FORMAT, kind: 'data', id: newId(new Date()), instance } as const),
    ...{ version: wish.version, madeAt: new Date().toISOString(), sealed: false },
    postgres: database ? POSTGRES_MAJOR : null,
  };
  await using manifest = await ManifestWriter.open(folder, head);
  const before = await listBefore(wish.since, instance);
  const work = new Work({ layout, target: new Target(folder), manifest, before, since: wish.since });
  await requireRoom(folder, await work.measure(database));
  console.step('Copying objects');
  await work.copyObjects();
  if (database) {
    console.step('Copying the database');
    await work.copyDatabase();
    await work.copyObjects();
  }
  await work.copySmallFiles();
  await work.finish();
  const { linked, damaged } = work;
  return { id: head.id, ...manifest.count, linked, damaged, database };
}

/** Digests of the objects that a backup before has. */
async function listBefore(since: string | undefined, instance: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  if (since === undefined) return found;
  const manifest = await openManifest(since, 'data');
  if (manifest.head.instance !== instance) throw noBackup(since, 'it is one of another instance');
  for await (const line of manifest.lines())
    if ('path' in line && line.path.startsWith('objects/'))
      found.set(line.path, `${line.sha256} ${line.size}`);
  return found;
}

interface WorkDeps {
  readonly layout: Layout;
  readonly target: Target;
  readonly manifest: ManifestWriter;
  readonly before: ReadonlyMap<string, string>;
  readonly since: string | undefined;
}

class Work {
  readonly #deps: WorkDeps;
  readonly #copied = new Set<string>();
  readonly damaged: string[] = [];
  linked = 0;

  constructor(deps: WorkDeps) {
    this.#deps = deps;
  }

  /** How much will be copied, at least. */
  async measure(database: boolean): Promise<number> {
    const { layout, before } = this.#deps;
    let bytes = 0;
    for await (const { path, size } of this.#objects()) if (!before.has(path)) bytes += size;
    if (database)
      for await (const found of walk(layout.postgres)) if (isOfCluster(found)) bytes += found.size;
    return bytes;
  }

  async *#objects(): AsyncGenerator<{ readonly from: string; readonly path: string; readonly size: number }> {
    for (const name of OBJECT_FOLDERS) {
      const root = join(this.#deps.layout.objects, 'store', name);
      for await (const { path, isFolder, size } of walk(root))
        if (!isFolder) yield { from: join(root, path), path: `objects/${name}/${path}`, size };
    }
  }

  /** Copies those that are not there yet. An object that has a name is whole and never changes. */
  async copyObjects(): Promise<void> {
    for await (const { from, path } of this.#objects()) {
      if (this.#copied.has(path)) continue;
      this.#copied.add(path);
      if (!(await this.#linkBefore(path))) await this.#copyObject(from, path);
    }
  }

  async #linkBefore(path: string): Promise<boolean> {
    const { before, since, target, manifest } = this.#deps;
    const [sha256, size] = before.get(path)?.split(' ') ?? [];
    if (since === undefined || sha256 === undefined) return false;
    if (!(await target.link(join(since, path), path))) return false;
    this.linked += 1;
    await manifest.addFile({ path, sha256, size: Number(size) });
    return true;
  }

  async #copyObject(from: string, path: string): Promise<void> {
    const copied = await this.#copy(from, path);
    if (path.startsWith('objects/sha256/') && copied !== undefined && !path.endsWith(`/${copied.sha256}`))
      this.damaged.push(path);
  }

  // What is gone is passed over: it went after its last row had.
  async #copy(from: string, path: string): Promise<{ readonly sha256: string } | undefined> {
    const { target, manifest } = this.#deps;
    const copied = await target.copy(from, path).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (copied !== undefined) await manifest.addFile({ path, ...copied });
    return copied;
  }

  /** Copies the server's files while it runs. */
  async copyDatabase(): Promise<void> {
    const { layout, target, manifest } = this.#deps;
    const password = (await findText(postgresPasswordFile(layout.keys)))?.trim() ?? '';
    const address = {
      ...{ host: await socketFolder(layout), port: SOCKET_PORT, database: 'postgres', user: SUPERUSER },
      ...{ password: new Secret(password), tls: 'off' as const },
    };
    await backUpServer(address, {
      files: () => this.#copyCluster(),
      label: async (text) => {
        const path = 'database/backup_label';
        await manifest.addFile({ path, ...(await target.write(path, text)) });
      },
      log: (first, last) => this.#copyLog(first, last),
    }).catch((error: unknown) => {
      if (
        error instanceof Error &&
        'code' in error &&
        ['ENOENT', 'ECONNREFUSED'].includes(String(error.code))
      )
        throw databaseAbsent('nobody listens at its socket');
      if (isDatabaseAway(error)) throw databaseAbsent('it went away while it was copied');
      throw error;
    });
  }

  async #copyCluster(): Promise<void> {
    const { layout, target, manifest } = this.#deps;
    const control = 'global/pg_control';
    for await (const found of walk(layout.postgres)) {
      if (!isOfCluster(found) || found.path === control) continue;
      const path = `database/${found.path}`;
      if (found.isFolder) {
        await target.addFolder(path);
        await manifest.addFolder(path);
      } else await this.#copy(join(layout.postgres, found.path), path);
    }
    // Last, as PostgreSQL's own program does it.
    await this.#copy(join(layout.postgres, control), `database/${control}`);
  }

  async #copyLog(first: string, last: string): Promise<void> {
    const root = join(this.#deps.layout.postgres, 'pg_wal');
    let n = 0;
    for await (const { path, isFolder } of walk(root)) {
      if (isFolder || !isLogBetween(path, { first, last })) continue;
      if ((await this.#copy(join(root, path), `database/pg_wal/${path}`)) !== undefined) n += 1;
    }
    if (n === 0) throw new Error(`the log from ${first} to ${last} is not there`);
  }

  async copySmallFiles(): Promise<void> {
    for (const name of SMALL_FILES) await this.#copy(join(this.#deps.layout.data, name), `files/${name}`);
  }

  async finish(): Promise<void> {
    await this.#deps.target.sync();
    await this.#deps.manifest.finish();
  }
}

// Where paths are long and nothing confines the server, its socket is elsewhere.
async function socketFolder(layout: Layout): Promise<string> {
  const own = join(layout.run, 'postgres');
  const instance = (await readFile(layout.instanceFile, 'utf8')).trim();
  const others = ['/run', '/tmp'].map((folder) => join(folder, `holdfast-${instance}`));
  const found = [own, ...others].find((folder) => exists(join(folder, SOCKET_NAME)));
  if (found === undefined) throw databaseAbsent(`there is no socket in ${own}`);
  return found;
}
