// The face of `xet`.
export { signAccess, verifyAccess, type XetAccess, type XetAct } from './access-token.ts';
export {
  accessEnded,
  accessInvalid,
  accessNarrow,
  accessOutdated,
  chunkMissing,
  fetchEnded,
  fetchInvalid,
  shardTooLarge,
  xorbMissing,
} from './faults.ts';
export { MOST_RANGES, parseRangeList, signFetch, verifyFetch, type FetchLink } from './fetch-link.ts';
export { Chunks } from './chunks.ts';
export { asXet, Files, type Located, type XetBlob } from './files.ts';
export { Generations } from './generations.ts';
export { parseXetHash, type XetHash } from './format/xet-hash.ts';
export { MOST_SHARD } from './format/shard-records.ts';
export { listFileFlaws, listMarkFlaws, type XetFlaw } from './integrity-store.ts';
export { type KnownDamage } from './known-damage.ts';
export { openXet, type Xet } from './open-xet.ts';
export { type Reconstruction, type XorbRange } from './reconstruction.ts';
export { PackCheck } from './pack-check.ts';
export { Scopes } from './scopes.ts';
export { Shards, type DescribedShard, type ShardSender } from './shards.ts';
export { Unused, type Removed, type UnusedGraces } from './unused.ts';
export { Xorbs } from './xorbs.ts';
