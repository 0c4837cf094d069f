// Opens every module with what it uses.
import { type Clock } from '@holdfast/kernel/clock';
import { MiB } from '@holdfast/kernel/size';
import { ByteBudget } from '@holdfast/platform/byte-budget';
import { type Log } from '@holdfast/platform/log';
import { SpoolRoom } from '@holdfast/platform/spool';
import { type HubStart } from '@holdfast/supervisor/settings';
import { Blobs, Uploads, type Assembled, type RepoStorage } from '#modules/blobs';
import { openContent } from '#modules/content';
import { Identity } from '#modules/identity';
import { Reads } from '#modules/ledger';
import { Downloads, Likes, RepoChanges, Repos, RepoWriter } from '#modules/repos';
import { Authentication, Tokens } from '#modules/tokens';
import { asXet, openXet } from '#modules/xet';
import { openFoundation } from './foundation.ts';

// Bytes of shards in memory: while they come, and while they are looked at.
const SHARDS_SPOOLED = 16 * MiB;
const SHARDS_READ = 160 * MiB;

/** Opens the modules. Disposing the result closes what they stand on. */
export async function openModules(start: HubStart, shared: { log: Log; clock: Clock }) {
  const { limits, scratch, publicUrl, postgres, xet: xetSettings } = start.settings;
  const foundation = await openFoundation(start, shared);
  const { db, clock, epochs, keys, store, buffers, space } = foundation;
  const reads = new Reads({ db, clock });
  const repos = new Repos({ db, epochs });
  const storage: RepoStorage = {
    lock: (tx, repoId) => new RepoWriter(tx).lock(repoId),
    add: (tx, repoId, bytes) => new RepoWriter(tx).addStorage(repoId, bytes),
  };
  const assembled: Assembled = {
    open: async (blob) => await xet.xetFiles.open(asXet(blob)),
  };
  const blobs = new Blobs({ db, clock, store, storage, assembled });
  const xet = openXet({
    db,
    clock,
    store,
    buffers,
    keys,
    space,
    storage,
    limits,
    reach: xetSettings.dedupScope,
  });
  return {
    ...foundation,
    ...xet,
    shardSpace: { scratch, room: new SpoolRoom(SHARDS_SPOOLED), budget: new ByteBudget(SHARDS_READ) },
    reads,
    repos,
    identity: new Identity({ db, clock, epochs }),
    tokens: new Tokens({ db, clock, epochs, keys }),
    authentication: new Authentication({ db, clock, keys, epochs }),
    changes: new RepoChanges({ db, clock, epochs, repos }),
    likes: new Likes({ db, clock }),
    downloads: new Downloads({ db, clock }),
    blobs,
    uploads: new Uploads({ db, clock, store, backend: 'disk', limits, storage }),
    ...openContent({
      ...{ db, clock, epochs, repos, reads, blobs, limits, scratch, space },
      host: publicUrl === null ? 'localhost' : new URL(publicUrl).hostname,
      // The embedded database serves this hub alone; its refs can then be remembered in the process.
      soleHub: postgres.embedded,
    }),
  };
}

/** Every module, open. */
export type Modules = Awaited<ReturnType<typeof openModules>>;
