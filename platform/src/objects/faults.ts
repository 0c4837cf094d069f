// The refusals of an object store.
import { defineFault } from '@holdfast/kernel/fault';
import { formatSize } from '@holdfast/kernel/size';

/** No object has this digest. */
export const objectMissing = defineFault('missing', 'object.missing', () => 'The file is not stored here.');

/** The bytes are not the ones that were announced. */
export const digestMismatch = defineFault(
  'invalid',
  'object.digest-mismatch',
  (expected: string, found: string) => `The content has the SHA-256 ${found}, but ${expected} was announced.`,
);

/** More or fewer bytes came than were announced. */
export const sizeMismatch = defineFault(
  'invalid',
  'object.size-mismatch',
  (expected: number, found: number) =>
    found > expected
      ? `More than the ${expected} bytes that were announced were sent.`
      : `${found} bytes were sent, but ${expected} were announced.`,
);

/** The object is larger than is accepted. */
export const objectTooLarge = defineFault(
  'too-large',
  'object.too-large',
  (limit: number) => `The content is larger than the ${formatSize(limit)} that are accepted here.`,
);

/** Storing it would use space that is kept free for the database and the ledger. */
export const storeFull = defineFault(
  'full',
  'object.store-full',
  (cause?: unknown) =>
    ['The server has no space left for uploads.', cause === undefined ? {} : { cause }] as const,
);

/** The upload in parts does not exist, or no longer. */
export const partsMissing = defineFault(
  'missing',
  'parts.missing',
  () => 'This upload does not exist, or it has expired.',
);

/** Somebody else is writing this part, or completing the upload. Trying again later may help. */
export const partsBusy = defineFault(
  'unavailable',
  'parts.busy',
  () => 'Another request is working on the same part of this upload. Try again in a moment.',
);

/** The upload has no part with this number. */
export const partNumber = defineFault(
  'invalid',
  'parts.number',
  (number: number, count: number) => `Part ${number} does not exist: this upload has ${count} parts.`,
);

/** A part is not there, or not the one the sender names. */
export const partsIncomplete = defineFault(
  'invalid',
  'parts.incomplete',
  (number: number) => `Part ${number} was not received, or not with the ETag given.`,
);
