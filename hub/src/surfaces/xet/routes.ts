// The routes of the Xet protocol: tokens, xorbs, shards, reconstructions and the links they give out.
import { type Route } from '../route/route.ts';
import { batchReconstructionRoute } from './batch-reconstruction.ts';
import { chunkRoutes, type ChunkDeps } from './chunks.ts';
import { fetchRoute, type FetchDeps } from './fetch.ts';
import { reconstructionRoutes, type ReconstructionDeps } from './reconstructions.ts';
import { shardRoutes, type ShardDeps } from './shards.ts';
import { tokenRoutes, type TokenDeps } from './token-routes.ts';
import { xorbRoutes, type XorbDeps } from './xorbs.ts';

/** What the routes need. */
export type XetDeps = TokenDeps & XorbDeps & ShardDeps & ReconstructionDeps & ChunkDeps & FetchDeps;

/** All of them. */
export function xetRoutes(deps: XetDeps): Route[] {
  return [
    ...tokenRoutes(deps),
    ...xorbRoutes(deps),
    ...shardRoutes(deps),
    ...reconstructionRoutes(deps),
    batchReconstructionRoute(deps),
    ...chunkRoutes(deps),
    fetchRoute(deps),
  ];
}
