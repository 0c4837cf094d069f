// The refusals of `xet`.
import { defineFault } from '@holdfast/kernel/fault';

/** `why` says what is wrong and where; it stands in the details, too, so that a caller can add which chunk it was. */
export const xorbInvalid = defineFault('invalid', 'xet.xorb-invalid', (why: string) => [
  `The xorb is not valid: ${why}.`,
  { details: { why } },
]);
export const shardInvalid = defineFault('invalid', 'xet.shard-invalid', (why: string) => [
  `The shard is not valid: ${why}.`,
  { details: { why } },
]);
export const xorbNameDiffers = defineFault(
  'invalid',
  'xet.xorb-name-differs',
  (named: string, found: string) => `The chunks of this xorb give the hash ${found}, not ${named}.`,
);
export const xorbMissing = defineFault(
  'missing',
  'xet.xorb-missing',
  (hash: string) => `The xorb ${hash} is not stored here. Upload it before a shard that names it.`,
);
export const shardTooLarge = defineFault(
  'too-large',
  'xet.shard-too-large',
  (limit: number) => `A shard may have ${limit} bytes. Describe the files in several.`,
);
export const shardTooMuch = defineFault(
  'too-large',
  'xet.shard-too-much',
  (limit: number) => `The files of a shard may have ${limit} bytes together. Describe them in several.`,
);
export const shardsTooMany = defineFault(
  'limited',
  'xet.shards-too-many',
  (most: number, whose: 'this repository' | 'yours') =>
    `${most} shards of ${whose} are being registered. Try again when one is done.`,
);
export const windowTooLarge = defineFault(
  'too-large',
  'xet.window-too-large',
  () => 'This is in too many pieces to be described at once. Ask for a range of the file.',
);
export const fileNameDiffers = defineFault(
  'invalid',
  'xet.file-name-differs',
  (named: string, found: string) => `The chunks of this file give the hash ${found}, not ${named}.`,
);
export const fileTooLarge = defineFault(
  'too-large',
  'xet.file-too-large',
  (limit: number) => `A file may have ${limit} bytes here.`,
);
export const sha256Missing = defineFault(
  'invalid',
  'xet.sha256-missing',
  () => 'The shard does not say the SHA-256 of a file. Repositories name large files by it.',
);
export const sha256Differs = defineFault(
  'invalid',
  'xet.sha256-differs',
  (named: string, found: string) => `The file has the SHA-256 ${found}, but the shard says ${named}.`,
);
export const accessInvalid = defineFault(
  'unauthenticated',
  'xet.access-invalid',
  () => 'This is not a Xet access token of this hub. Ask for one with an access token of the hub.',
);
export const accessExpired = defineFault(
  'unauthenticated',
  'xet.access-expired',
  () => 'The Xet access token has expired. Ask for a new one.',
);
export const accessEnded = defineFault(
  'unauthenticated',
  'xet.access-ended',
  () => 'The access token from which this Xet token was made is no longer valid.',
);
export const accessNarrow = defineFault(
  'forbidden',
  'xet.access-narrow',
  () => 'This Xet access token is for another repository, or for reading only.',
);
export const accessOutdated = defineFault(
  'forbidden',
  'xet.access-outdated',
  () => 'What was stored here is known under another address now. Ask for a new Xet access token.',
);
export const scopeMissing = defineFault(
  'missing',
  'xet.scope-missing',
  (name: string) => `There is no repository ${name}.`,
);
export const fetchInvalid = defineFault(
  'forbidden',
  'xet.fetch-invalid',
  () => 'This link is not one that this hub made, or it was altered, or it does not open what is asked for.',
);
export const fetchExpired = defineFault(
  'forbidden',
  'xet.fetch-expired',
  () => 'This link has expired. Ask for the reconstruction again.',
);
export const fetchEnded = defineFault(
  'forbidden',
  'xet.fetch-ended',
  () => 'The access token from which this link was made is no longer valid.',
);
export const chunkMissing = defineFault('missing', 'xet.chunk-missing', () => 'No such chunk is known here.');
