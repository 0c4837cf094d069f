// The names of the marker files of an upload in parts, and what they say. Pure.
import { parseSha256, type Sha256 } from '@holdfast/kernel/digest';
import { partNumber } from './faults.ts';
import type { PartsUpload, ReceivedPart } from './store.ts';

/** A marker: a part being written, a part received, a completion at work, or a file whose digest is known. */
export type Marker =
  | { readonly kind: 'writing'; readonly name: string; readonly number: number; readonly instance: string }
  | { readonly kind: 'part'; readonly name: string; readonly number: number; readonly etag: string }
  | { readonly kind: 'sealing'; readonly name: string; readonly instance: string }
  | { readonly kind: 'hashed'; readonly name: string; readonly sha256: Sha256 };

const WRITING = /^writing-(\d+)-[0-9a-f]+-(.+)$/;
const PART = /^part-(\d+)-([0-9a-f]+)$/;
const SEALING = /^sealing-[0-9a-f]+-(.+)$/;
const HASHED = /^hashed-(.+)$/;

/** What a file name says, or `undefined` when it is not a marker's. */
export function parseMarker(name: string): Marker | undefined {
  const writing = WRITING.exec(name);
  if (writing) return { kind: 'writing', name, number: Number(writing[1]), instance: writing[2] ?? '' };
  const part = PART.exec(name);
  if (part) return { kind: 'part', name, number: Number(part[1]), etag: part[2] ?? '' };
  const sealing = SEALING.exec(name);
  if (sealing) return { kind: 'sealing', name, instance: sealing[1] ?? '' };
  const sha256 = parseSha256(HASHED.exec(name)?.[1] ?? '');
  return sha256 === undefined ? undefined : { kind: 'hashed', name, sha256 };
}

/** How many parts an upload has. An empty one has none. */
export function countParts(upload: Pick<PartsUpload, 'size' | 'partSize'>): number {
  return Math.ceil(upload.size / upload.partSize);
}

/** The exact size of a part. Throws `parts.number`. */
export function partLength(upload: Pick<PartsUpload, 'size' | 'partSize'>, number: number): number {
  const count = countParts(upload);
  if (!Number.isSafeInteger(number) || number < 1 || number > count) throw partNumber(number, count);
  return number < count ? upload.partSize : upload.size - (count - 1) * upload.partSize;
}

/** The first part that the sender does not name, or that was not received under the ETag it names. */
export function findMissingPart(
  upload: Pick<PartsUpload, 'size' | 'partSize'>,
  named: readonly ReceivedPart[],
  markers: readonly Marker[],
): number | undefined {
  const received = new Set(
    markers.map((marker) => (marker.kind === 'part' ? `${marker.number}-${marker.etag}` : '')),
  );
  const etags = new Map(named.map((part) => [part.number, part.etag]));
  const count = countParts(upload);
  for (let number = 1; number <= count; number += 1) {
    if (!received.has(`${number}-${etags.get(number) ?? ''}`)) return number;
  }
  return undefined;
}
