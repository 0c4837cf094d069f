// The refusals of `blobs`.
import { defineFault } from '@holdfast/kernel/fault';

export const blobMissing = defineFault(
  'missing',
  'blob.missing',
  (sha256: string) => `This repository holds no object ${sha256}.`,
);
export const blobSizeDiffers = defineFault(
  'invalid',
  'blob.size-differs',
  (stored: number, named: number) => `The object has ${stored} bytes, not ${named}.`,
);
export const blobDigestDiffers = defineFault(
  'invalid',
  'blob.digest-differs',
  () => 'The object named in the body is not the one that this link is for.',
);
export const linkInvalid = defineFault(
  'forbidden',
  'link.invalid',
  () => 'This link is not one that this hub made, or it was altered.',
);
export const linkExpired = defineFault(
  'forbidden',
  'link.expired',
  () => 'This link has expired. Ask for a new one.',
);
export const linkEnded = defineFault(
  'forbidden',
  'link.ended',
  () => 'The access token from which this link was made is no longer valid.',
);
export const linkUnchecked = defineFault(
  'unavailable',
  'link.unchecked',
  () => 'The server cannot tell at the moment whether this link is still good. Try again in a moment.',
);
export const uploadMissing = defineFault(
  'missing',
  'upload.missing',
  () => 'This upload does not exist, or it has expired. Begin again.',
);
export const uploadInterrupted = defineFault(
  'unavailable',
  'upload.interrupted',
  () => 'The object was removed while it was being stored. Send it again.',
);
export const uploadTooSlow = defineFault(
  'invalid',
  'upload.too-slow',
  () => 'The upload was given up because its bytes came too slowly.',
);
export const uploadCutOff = defineFault('invalid', 'upload.cut-off', (cause?: unknown) => [
  'The connection ended before all bytes had come.',
  { cause },
]);
export const tooManyUploads = defineFault(
  'limited',
  'upload.too-many',
  (most: number) => `This repository has ${most} unfinished uploads. Finish them, or wait until they expire.`,
);
export const cursorInvalid = defineFault(
  'invalid',
  'blob.cursor-invalid',
  () => 'This cursor is not one that this list gave out.',
);
