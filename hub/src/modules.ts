// Opens every module with what it uses.
import { type Clock } from '@holdfast/kernel/clock';
import { type Log } from '@holdfast/platform/log';
import { type HubStart } from '@holdfast/supervisor/settings';
import { Blobs, Uploads, type RepoStorage } from '#modules/blobs';
import { openContent } from '#modules/content';
import { Identity } from '#modules/identity';
import { Reads } from '#modules/ledger';
import { Downloads, Likes, RepoChanges, Repos, RepoWriter } from '#modules/repos';
import { Authentication, Tokens } from '#modules/tokens';
import { openFoundation } from './foundation.ts';

/** Opens the modules. Disposing the result closes what they stand on. */
export async function openModules(start: HubStart, shared: { log: Log; clock: Clock }) {
  const { limits, scratch, publicUrl, postgres } = start.settings;
  const foundation = await openFoundation(start, shared);
  const { db, clock, epochs, keys, store } = foundation;
  const reads = new Reads({ db, clock });
  const repos = new Repos({ db, epochs });
  const storage: RepoStorage = {
    lock: (tx, repoId) => new RepoWriter(tx).lock(repoId),
    add: (tx, repoId, bytes) => new RepoWriter(tx).addStorage(repoId, bytes),
  };
  return {
    ...foundation,
    reads,
    repos,
    identity: new Identity({ db, clock, epochs }),
    tokens: new Tokens({ db, clock, epochs, keys }),
    authentication: new Authentication({ db, clock, keys, epochs }),
    changes: new RepoChanges({ db, clock, epochs, repos }),
    likes: new Likes({ db, clock }),
    downloads: new Downloads({ db, clock }),
    blobs: new Blobs({ db, clock, store, storage }),
    uploads: new Uploads({ db, clock, store, backend: 'disk', limits, storage }),
    ...openContent({
      ...{ db, clock, epochs, repos, reads, limits, scratch },
      host: publicUrl === null ? 'localhost' : new URL(publicUrl).hostname,
      // The embedded database serves this hub alone; its refs can then be remembered in the process.
      soleHub: postgres.embedded,
    }),
  };
}

/** Every module, open. */
export type Modules = Awaited<ReturnType<typeof openModules>>;
