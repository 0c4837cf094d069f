// Opens what keeps large objects: whose they are, how they come in whole or as chunks, and how long they stay.
import { MiB } from '@holdfast/kernel/size';
import { ByteBudget } from '@holdfast/platform/byte-budget';
import { SpoolRoom } from '@holdfast/platform/spool';
import { type HubStart } from '@holdfast/supervisor/settings';
import { Blobs, Uploads, type Assembled, type NamedObjects, type RepoStorage } from '#modules/blobs';
import { listNamed } from '#modules/git';
import { RepoWriter } from '#modules/repos';
import { Backups, damagedObjects, damagedPacks, openUpkeep, Quotas, Sizes } from '#modules/upkeep';
import { asXet, openXet } from '#modules/xet';
import { type Foundation } from './foundation.ts';

// Bytes of shards in memory: while they come, and while they are looked at.
const SHARDS_SPOOLED = 16 * MiB;
const SHARDS_READ = 160 * MiB;

/** Opens it. */
export function openLargeObjects(foundation: Foundation, settings: HubStart['settings']) {
  const { limits, scratch } = settings;
  const quotas = new Quotas({ ...foundation, fallback: settings.quota });
  const storage: RepoStorage = {
    lock: (tx, repoId) => new RepoWriter(tx).lock(repoId),
    add: async (tx, repoId, bytes) => {
      await new RepoWriter(tx).addStorage(repoId, bytes);
      await quotas.settle(tx, repoId, bytes);
    },
  };
  const assembled: Assembled = {
    open: async (blob) => await xet.xetFiles.open(asXet(blob)),
  };
  const blobs = new Blobs({ ...foundation, storage, assembled, named: namedIn(foundation) });
  const xet = openXet({
    ...foundation,
    storage,
    room: quotas,
    damage: damagedPacks,
    limits,
    reach: settings.xet.dedupScope,
  });
  return {
    ...xet,
    storage,
    room: quotas,
    quotas,
    backups: new Backups(foundation),
    sizes: new Sizes(foundation),
    blobs,
    uploads: new Uploads({
      ...{ ...foundation, backend: 'disk', limits, storage },
      ...{ room: quotas, damage: damagedObjects },
    }),
    shardSpace: shardSpaceOf(foundation, scratch),
    ...openUpkeep({ ...foundation, ...xet, blobs, storage, scrubRate: settings.scrubRate }),
  };
}

function namedIn({ db }: Foundation): NamedObjects {
  return { among: async (repoId, digests) => await listNamed(db, repoId, digests) };
}

function shardSpaceOf({ space }: Foundation, folder: string) {
  const spool = { folder, room: new SpoolRoom(SHARDS_SPOOLED), space };
  return { spool, budget: new ByteBudget(SHARDS_READ) };
}
