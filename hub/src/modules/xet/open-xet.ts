// Opens the parts of `xet` over what they share.
import { type Clock } from '@holdfast/kernel/clock';
import { type Keys } from '@holdfast/platform/keys';
import { type BufferPool } from '@holdfast/platform/buffer-pool';
import { type FreeSpace } from '@holdfast/platform/objects/free-space';
import { type ObjectStore } from '@holdfast/platform/objects/store';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Threads } from '@holdfast/platform/threads';
import { type RepoStorage, type Room } from '#modules/blobs';
import { Chunks } from './chunks.ts';
import { Files } from './files.ts';
import { Generations } from './generations.ts';
import { type KnownDamage } from './known-damage.ts';
import { PackCheck } from './pack-check.ts';
import { Scopes, type ScopeReach } from './scopes.ts';
import { Shards } from './shards.ts';
import { Verifier } from './verifier.ts';
import { XorbIndexes } from './xorb-indexes.ts';
import { Xorbs } from './xorbs.ts';

/** What `xet` needs. */
export interface XetDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly store: ObjectStore;
  readonly buffers: BufferPool;
  readonly threads: Threads;
  readonly storage: RepoStorage;
  readonly room: Room;
  readonly damage: KnownDamage;
  readonly limits: { readonly largeObject: number };
  readonly keys: Keys;
  readonly epochs: Epochs;
  readonly space: FreeSpace;
  readonly reach: ScopeReach;
}

/** Xorbs, shards, files and scopes. */
export interface Xet {
  readonly xorbs: Xorbs;
  readonly shards: Shards;
  readonly xetFiles: Files;
  readonly scopes: Scopes;
  readonly chunks: Chunks;
  readonly generations: Generations;
  readonly packCheck: PackCheck;
}

/** Opens them. */
export function openXet(deps: XetDeps): Xet {
  const verifier = new Verifier(deps.threads);
  const indexes = new XorbIndexes({ ...deps, packs: deps.store.packs });
  return {
    xorbs: new Xorbs({ ...deps, verifier, indexes }),
    shards: new Shards({ ...deps, verifier, indexes }),
    xetFiles: new Files({ ...deps, indexes }),
    scopes: new Scopes({ db: deps.db, reach: deps.reach, epochs: deps.epochs }),
    chunks: new Chunks({ ...deps, indexes }),
    generations: new Generations(deps),
    packCheck: new PackCheck({ ...deps, verifier }),
  };
}
