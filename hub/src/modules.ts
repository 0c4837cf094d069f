// Opens every module with what it uses.
import { type Clock } from '@holdfast/kernel/clock';
import { Secret } from '@holdfast/kernel/secret';
import { BufferPool } from '@holdfast/platform/buffer-pool';
import { Keys } from '@holdfast/platform/keys';
import { type Log } from '@holdfast/platform/log';
import { openDiskStore } from '@holdfast/platform/objects/disk';
import { openDatabase, openPool } from '@holdfast/platform/postgres/database';
import { Epochs } from '@holdfast/platform/postgres/epochs';
import { type HubStart } from '@holdfast/supervisor/settings';
import { Blobs, Uploads, type RepoStorage } from '#modules/blobs';
import { openContent } from '#modules/content';
import { Identity } from '#modules/identity';
import { Reads } from '#modules/ledger';
import { Downloads, Likes, RepoChanges, Repos, RepoWriter } from '#modules/repos';
import { Authentication, Tokens } from '#modules/tokens';

const CONNECTIONS = 12;

/** Opens the modules. Disposing the result closes the database and the object store. */
export async function openModules({ settings, secrets }: HubStart, shared: { log: Log; clock: Clock }) {
  await using opened = new AsyncDisposableStack();
  const { log, clock } = shared;
  const { postgres, limits } = settings;
  const pool = openPool(
    { ...postgres, password: new Secret(secrets.postgresPassword) },
    {
      connections: CONNECTIONS,
      applicationName: 'holdfast hub',
      onError: (err) => log.warn({ err }, 'a database connection was lost'),
    },
  );
  const db = opened.use(openDatabase(pool));
  const epochs = opened.use(new Epochs({ db, clock }));
  await epochs.read();
  epochs.start();
  const keys = new Keys(new Secret(Buffer.from(secrets.hubKey, 'base64')));
  const buffers = new BufferPool();
  const reserve = { bytes: limits.reservedBytes, share: limits.reservedShare };
  const store = opened.use(
    await openDiskStore({ root: settings.objects, instance: settings.instance, buffers, reserve }),
  );

  const identity = new Identity({ db, clock, epochs });
  const tokens = new Tokens({ db, clock, epochs, keys });
  const authentication = new Authentication({ db, clock, keys, epochs });
  const reads = new Reads({ db, clock });
  const repos = new Repos({ db, epochs });
  const changes = new RepoChanges({ db, clock, epochs, repos });
  const likes = new Likes({ db, clock });
  const downloads = new Downloads({ db, clock });
  const storage: RepoStorage = {
    lock: (tx, repoId) => new RepoWriter(tx).lock(repoId),
    add: (tx, repoId, bytes) => new RepoWriter(tx).addStorage(repoId, bytes),
  };
  const blobs = new Blobs({ db, clock, store, storage });
  const uploads = new Uploads({ db, clock, store, backend: 'disk', limits, storage });
  const host = settings.publicUrl === null ? 'localhost' : new URL(settings.publicUrl).hostname;
  const { scratch } = settings;
  const content = openContent({
    ...{ db, clock, epochs, repos, reads, limits, scratch, host },
    // The embedded database serves this hub alone; its refs can then be remembered in the process.
    soleHub: postgres.embedded,
  });
  const running = opened.move();
  const parts = { db, pool, epochs, keys, clock, store, buffers };
  const modules = {
    identity,
    tokens,
    authentication,
    reads,
    repos,
    changes,
    likes,
    downloads,
    blobs,
    uploads,
    content,
  };
  return { ...parts, ...modules, ...content, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Every module, open. */
export type Modules = Awaited<ReturnType<typeof openModules>>;
