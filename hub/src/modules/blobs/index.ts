// The face of `blobs`.
export {
  Blobs,
  copyObjects,
  findObjects,
  placeObjects,
  sumSizes,
  type Assembled,
  type BlobsDeps,
  type FailedCopy,
  type NamedObjects,
  type Viewer,
} from './blobs.ts';
export { linkEnded, linkInvalid, linkUnchecked, uploadCutOff, uploadTooSlow } from './faults.ts';
export { blobJobs, COLLECT_TASK } from './jobs.ts';
export {
  type Blob,
  type BlobName,
  type Transfer,
  type UploadPlan,
  type UploadSession,
  type XetName,
} from './model.ts';
export { type ObjectDamage } from './object-damage.ts';
export { type Room } from './room.ts';
export { signLink, verifyLink, type Link, type LinkAct, type LinkClaim } from './signed-link.ts';
export { spareObjects } from './spared.ts';
export { type BlobPlace } from './store.ts';
export { registerObjects, Uploads, type RepoStorage, type Sender, type UploadsDeps } from './uploads.ts';
