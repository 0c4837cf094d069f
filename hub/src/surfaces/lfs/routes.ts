// The routes of large files: the git-lfs protocol, and the signed links it gives out.
import { type Route } from '../route/route.ts';
import { lfsBatch, type BatchDeps } from './batch.ts';
import { completeUpload } from './complete.ts';
import { getObject, type SendDeps } from './get-object.ts';
import { verifyLocks } from './locks.ts';
import { putObject } from './put-object.ts';
import { putPart } from './put-part.ts';
import { verifyUpload } from './verify.ts';

/** What the routes of large files need. */
export type LfsDeps = BatchDeps & SendDeps;

/** Batch, locks, uploads and downloads of large files. */
export function lfsRoutes(deps: LfsDeps): Route[] {
  return [
    lfsBatch(deps),
    verifyLocks(),
    putObject(deps),
    putPart(deps),
    completeUpload(deps),
    verifyUpload(deps),
    getObject(deps),
  ];
}
